"""Several readings of one place, weighed into one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import fmean
from typing import Final

import cv2

from recognition.plates.candidates import Candidate
from recognition.plates.ctc import PlateText

_UNCONFIRMED: Final = 0.5
_AGREEING: Final = 3


@dataclass(frozen=True)
class Sighting:
    """A place that may hold a plate, and what each look at it read: a look is one cut, or several."""

    candidate: Candidate
    looks: tuple[tuple[PlateText | None, ...], ...]

    @cached_property
    def text(self) -> PlateText | None:
        """The text with the most evidence; its confidence falls with the evidence for any other.

        Squares, because half-sure readings of a blurred cut say little against sure ones.
        """
        weights: dict[str, float] = defaultdict(float)
        for text in (text for look in self.looks for text in look if text):
            weights[text.text] += text.confidence_0_1**2
        if not weights:
            return None
        likeliest = max(weights, key=lambda text: weights[text])
        share = weights[likeliest] / max(sum(weights.values()), 1e-9)
        confirmed = [text for look in self.looks for text in _confirmed(look, likeliest)]
        surest = max(confirmed, key=lambda text: text.confidence_0_1)
        return replace(surest, confidence_0_1=share * fmean(text.confidence_0_1 for text in confirmed))

    @property
    def confidence_0_1(self) -> float:
        """Of the text; zero where nothing was read."""
        return self.text.confidence_0_1 if self.text else 0.0

    def overlaps(self, other: "Sighting") -> bool:
        """Whether its centre lies within the other's box."""
        box = self.candidate.box
        corners = other.candidate.box.corners
        return cv2.pointPolygonTest(corners, (float(box.centre_x), float(box.centre_y)), False) >= 0


def _confirmed(look: tuple[PlateText | None, ...], text: str) -> Iterator[PlateText]:
    """The surest cut of a look with this text, if any, no surer than the cuts that confirm it.

    The surest of several tries is sure by chance: two tries must agree, of more than two three.
    """
    same = sorted((t for t in look if t and t.text == text), key=lambda t: -t.confidence_0_1)
    needed = min(len(look), _AGREEING)
    if len(same) >= needed:
        yield replace(same[0], confidence_0_1=same[needed - 1].confidence_0_1)
    elif same:
        yield replace(same[0], confidence_0_1=same[-1].confidence_0_1 * _UNCONFIRMED)


def pooled(sightings: Iterable[Sighting]) -> list[Sighting]:
    """Each place once, with the looks of all sightings of it."""
    kept: list[Sighting] = []
    for sighting in sorted(sightings, key=lambda s: s.confidence_0_1, reverse=True):
        same = next((i for i, other in enumerate(kept) if sighting.overlaps(other)), None)
        if same is None:
            kept.append(sighting)
        else:
            kept[same] = Sighting(kept[same].candidate, kept[same].looks + sighting.looks)
    return kept
