"""The way through one picture: find text, keep what has a plate's shape, read it, look again where unsure."""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np

from recognition.contracts import PlateColour
from recognition.pixels import Pixels
from recognition.plates.candidates import Candidate, candidates
from recognition.plates.ctc import PlateDecoder, PlateText
from recognition.plates.engines import Networks
from recognition.plates.evidence import Sighting, pooled
from recognition.plates.text_detection import TextDetector
from recognition.plates.text_recognition import TextRecogniser
from recognition.weights import plate_thresholds

_FIRST_LOOK_PX: Final = 736
_SECOND_LOOK_PX: Final = 1088
_WORTH_SHOWING: Final = 0.05
"""A plate whose weakest character is below this is no reading but a coincidence, and is not returned."""


@dataclass(slots=True)
class Stopwatch:
    """Milliseconds spent in each part of one reading."""

    parts: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Counts the time inside towards one part."""
        start = time.perf_counter()
        yield
        self.parts[name] += (time.perf_counter() - start) * 1000


class Looking:
    """One engine's networks and the looks taken with them; threads may share it."""

    def __init__(self, networks: Networks) -> None:
        self._detect = TextDetector(networks.detector)
        self._recognise = TextRecogniser(networks.recogniser)
        self._decoder = PlateDecoder(networks.characters)
        self._accept_at = plate_thresholds().accept_at

    def plates(self, pixels: Pixels, watch: Stopwatch) -> list[tuple[Candidate, PlateText]]:
        """Looks once, and a second time, closer and with the shadows lifted, where nothing was sure."""
        sightings = self._look(pixels, _FIRST_LOOK_PX, watch)
        if not self._any_sure(sightings):
            sightings = pooled([*sightings, *self._look(_lifted(pixels), _SECOND_LOOK_PX, watch)])
        return [(s.candidate, s.text) for s in sightings if s.text and s.confidence_0_1 >= _WORTH_SHOWING]

    def _any_sure(self, sightings: Iterable[Sighting]) -> bool:
        return any(sighting.confidence_0_1 >= self._accept_at for sighting in sightings)

    def _look(self, pixels: Pixels, longest_side_px: int, watch: Stopwatch) -> list[Sighting]:
        """Painted grounds first; the others only where those showed no plate."""
        with watch.part("detect"):
            boxes = self._detect(pixels, longest_side_px)
        with watch.part("crop"):
            found = candidates(pixels, boxes)
        sightings = self._sightings(pixels, [c for c in found if c.is_painted], watch)
        if not self._any_sure(sightings):
            sightings += self._sightings(pixels, [c for c in found if not c.is_painted], watch)
        return pooled(sightings)

    def _sightings(self, pixels: Pixels, found: list[Candidate], watch: Stopwatch) -> list[Sighting]:
        texts = self._texts([c.crop for c in found], [c.ground for c in found], watch)
        return [self._sighting(pixels, c, text, watch) for c, text in zip(found, texts, strict=True)]

    def _sighting(self, pixels: Pixels, candidate: Candidate, text: PlateText | None, watch: Stopwatch) -> Sighting:
        """One look at a candidate, with further cuts where the first one left doubt."""
        cuts: list[Pixels] = []
        if text and text.is_promising and text.confidence_0_1 < self._accept_at:
            cuts += candidate.other_cuts(pixels)
        if text is None or text.confidence_0_1 < _WORTH_SHOWING:
            cuts += candidate.two_row_cuts(pixels)
        texts = (text, *self._texts(cuts, [candidate.ground] * len(cuts), watch))
        return Sighting(candidate, (texts,))

    def _texts(
        self, crops: Sequence[Pixels], grounds: Sequence[PlateColour], watch: Stopwatch
    ) -> list[PlateText | None]:
        with watch.part("recognise"):
            outputs = self._recognise(crops)
        with watch.part("decode"):
            return [self._decoder.decode(out, ground) for out, ground in zip(outputs, grounds, strict=True)]


def _lifted(pixels: Pixels) -> Pixels:
    """The same picture with local contrast stretched, for night and for sun behind the car."""
    lab = cv2.cvtColor(pixels, cv2.COLOR_BGR2LAB)
    lab[:, :, 0] = cv2.createCLAHE(clipLimit=4.0, tileGridSize=(8, 8)).apply(lab[:, :, 0])
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2BGR), np.uint8)
