"""Several readings of one place, weighed into one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import fmean
from typing import Final

import cv2

from recognition.contracts import PlateKind
from recognition.plates.candidates import Candidate
from recognition.plates.ctc import PlateText
from recognition.plates.home import TIE_WITHIN

_UNCONFIRMED: Final = 0.5
_AGREEING: Final = 3
_ONE_UNSEEN: Final = 0.5
"""Of a text that lacks a character, however sure the others are: for a person, never for the barrier."""


@dataclass(frozen=True)
class Sighting:
    """A place that may hold a plate, and what each look at it read: a look is one cut, or several."""

    candidate: Candidate
    looks: tuple[tuple[PlateText | None, ...], ...]

    @cached_property
    def text(self) -> PlateText | None:
        """The text with the most evidence; its confidence falls with the evidence for any other."""
        return self.text_at(None)

    def text_at(self, home_province: str | None) -> PlateText | None:
        """The same, but where a text with the home province instead has as much evidence, that one."""
        shares = self._shares
        if not shares:
            return None
        likeliest = max(shares, key=lambda text: shares[text])
        at_home = f"{home_province}{likeliest[1:]}"
        if at_home in shares and shares[likeliest] - shares[at_home] <= TIE_WITHIN:
            likeliest = at_home
        confirmed = [text for look in self.looks for text in _confirmed(look, likeliest)]
        surest = max(confirmed, key=lambda text: text.confidence_0_1)
        sureness = shares[likeliest] * fmean(text.confidence_0_1 for text in confirmed)
        return replace(surest, confidence_0_1=sureness)

    @cached_property
    def _shares(self) -> dict[str, float]:
        """Each text's part of the evidence.

        Squares, because half-sure readings of a blurred cut say little against sure ones.
        """
        weights: dict[str, float] = defaultdict(float)
        for text in (text for look in self.looks for text in look if text):
            weights[text.text] += text.confidence_0_1**2
        whole = max(sum(weights.values()), 1e-9)
        return {text: weight / whole for text, weight in weights.items()}

    @property
    def confidence_0_1(self) -> float:
        """Of the text; zero where nothing was read."""
        return self.text.confidence_0_1 if self.text else 0.0

    @property
    def is_promising(self) -> bool:
        """Whether what was read is enough of a plate to cut it out again."""
        return self.text is not None and self.text.is_promising

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


def believed(text: PlateText, place: Candidate) -> PlateText:
    """A text as sure as its place allows: a new-energy plate has eight characters; of seven, one was not seen."""
    if text.pattern.kind is not PlateKind.SMALL or not place.is_new_energy:
        return text
    return replace(text, confidence_0_1=min(text.confidence_0_1, _ONE_UNSEEN))


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
