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
from recognition.plates.candidates import Candidate, candidates, cut_out, detected
from recognition.plates.ctc import PlateDecoder, PlateText
from recognition.plates.engines import Networks
from recognition.plates.evidence import Sighting, pooled
from recognition.plates.plate_detection import PlateDetector
from recognition.plates.regions import painted_boxes
from recognition.plates.text_detection import TextBox, TextDetector
from recognition.plates.text_recognition import TextRecogniser
from recognition.sessions import Tensor
from recognition.weights import plate_thresholds

_FIRST_LOOK_PX: Final = 736
_SECOND_LOOK_PX: Final = 1088
_CUT_OUT_PX: Final = 384
"""Longer side of the detector's input, in pixels; the plate fills a cut-out, so that less of it suffices."""
_SURE_ALONE: Final = 0.95
"""From which one cut needs no second: of 1000 crops read once, 99.9 % of those as sure as this were right."""
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

    def __init__(self, networks: Networks, find_plates: PlateDetector | None) -> None:
        self._find_plates = find_plates
        self._detect = TextDetector(networks.detector)
        self._recognise = TextRecogniser(networks.recogniser)
        self._decoder = PlateDecoder(networks.characters)
        self._limits = plate_thresholds()

    def plates(self, pixels: Pixels, watch: Stopwatch) -> list[tuple[Candidate, PlateText]]:
        """Looks once, and a second time, closer and with the shadows lifted, where nothing was sure."""
        sightings = self._sightings(pixels, self._detected(pixels, watch), watch)
        sightings = pooled([*sightings, *self._look(pixels, self._text(pixels, _FIRST_LOOK_PX, watch), watch)])
        if not self._any_sure(sightings):
            lifted = _lifted(pixels)
            boxes = self._text(lifted, _SECOND_LOOK_PX, watch)
            sightings = pooled([*sightings, *self._look(lifted, boxes, watch)])
        if not self._any(sightings, self._limits.review_at):
            with watch.part("detect"):
                boxes = painted_boxes(pixels)
            sightings = pooled([*sightings, *self._look(pixels, boxes, watch)])
        return [(s.candidate, s.text) for s in sightings if s.text and s.confidence_0_1 >= _WORTH_SHOWING]

    def _any_sure(self, sightings: Iterable[Sighting]) -> bool:
        return self._any(sightings, self._limits.accept_at)

    def _any(self, sightings: Iterable[Sighting], at: float) -> bool:
        return any(sighting.confidence_0_1 >= at for sighting in sightings)

    def _detected(self, pixels: Pixels, watch: Stopwatch) -> list[Candidate]:
        with watch.part("detect"):
            return detected(pixels, self._find_plates(pixels)) if self._find_plates else []

    def _text(self, pixels: Pixels, longest_side_px: int, watch: Stopwatch) -> list[TextBox]:
        with watch.part("detect"):
            whole = cut_out(pixels)
            return [*self._detect(pixels, _CUT_OUT_PX if whole else longest_side_px), *whole]

    def _look(self, pixels: Pixels, boxes: list[TextBox], watch: Stopwatch) -> list[Sighting]:
        """Painted grounds first; the others only where those showed no plate."""
        with watch.part("crop"):
            found = candidates(pixels, boxes)
        sightings = self._sightings(pixels, [c for c in found if c.is_painted], watch)
        if not self._any_sure(sightings):
            sightings += self._sightings(pixels, [c for c in found if not c.is_painted], watch)
        return pooled(sightings)

    def _sightings(self, pixels: Pixels, found: list[Candidate], watch: Stopwatch) -> list[Sighting]:
        outputs = self._outputs([c.crop for c in found], watch)
        return [self._sighting(pixels, c, output, watch) for c, output in zip(found, outputs, strict=True)]

    def _sighting(self, pixels: Pixels, candidate: Candidate, output: Tensor, watch: Stopwatch) -> Sighting:
        """One look at a candidate: its first cut, then by its own outline, then in other ways, while in doubt."""
        cuts = self._decoded([output], candidate, watch)
        if self._decoder.is_lower_row(output):
            cuts += self._texts(candidate.two_row_cuts(pixels), candidate, watch)
        for more, enough in ((self._by_outline, _SURE_ALONE), (self._otherwise, self._limits.accept_at)):
            sighting = Sighting(candidate, (tuple(cuts),))
            if sighting.confidence_0_1 >= enough:
                return sighting
            cuts += self._texts(more(pixels, sighting), candidate, watch)
        return Sighting(candidate, (tuple(cuts),))

    def _by_outline(self, pixels: Pixels, doubtful: Sighting) -> list[Pixels]:
        return doubtful.candidate.outlined_cuts(pixels)

    def _otherwise(self, pixels: Pixels, doubtful: Sighting) -> list[Pixels]:
        """Further cuts of what may be a plate; as two rows where one row says nothing."""
        cuts: list[Pixels] = []
        promising = doubtful.text is not None and doubtful.text.is_promising
        if promising:
            cuts += doubtful.candidate.other_cuts(pixels)
        # Where two rows are usual, the box may hold both; a lower row alone has been seen to be one.
        if doubtful.candidate.ground is PlateColour.YELLOW and doubtful.confidence_0_1 < _WORTH_SHOWING:
            cuts += doubtful.candidate.two_row_cuts(pixels)
        return cuts

    def _texts(self, cuts: Sequence[Pixels], candidate: Candidate, watch: Stopwatch) -> list[PlateText | None]:
        return self._decoded(self._outputs(cuts, watch), candidate, watch)

    def _outputs(self, lines: Sequence[Pixels], watch: Stopwatch) -> list[Tensor]:
        with watch.part("recognise"):
            return self._recognise(lines)

    def _decoded(self, outputs: Sequence[Tensor], candidate: Candidate, watch: Stopwatch) -> list[PlateText | None]:
        with watch.part("decode"):
            return [self._decoder.decode(output, candidate.ground) for output in outputs]


def _lifted(pixels: Pixels) -> Pixels:
    """The same picture with local contrast stretched, for night and for sun behind the car."""
    lab = cv2.cvtColor(pixels, cv2.COLOR_BGR2LAB)
    lab[:, :, 0] = cv2.createCLAHE(clipLimit=4.0, tileGridSize=(8, 8)).apply(lab[:, :, 0])
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2BGR), np.uint8)
