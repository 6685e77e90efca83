"""The way through one picture: find text, keep what has a plate's shape, read it, look again where unsure."""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from recognition.contracts import PlateColour
from recognition.pixels import Pixels
from recognition.plates.candidates import Candidate, candidates, cut_out, detected
from recognition.plates.ctc import PlateDecoder, PlateText
from recognition.plates.engines import Networks
from recognition.plates.evidence import Sighting, believed, pooled
from recognition.plates.parts import Part, around, everything, lifted
from recognition.plates.plate_detection import PlateDetector
from recognition.plates.regions import painted_boxes
from recognition.plates.text_detection import TextBox, TextDetector
from recognition.plates.text_recognition import TextRecogniser
from recognition.sessions import Tensor
from recognition.weights import plate_thresholds

_FIRST_LOOK_PX: Final = 736
_SECOND_LOOK_PX: Final = 1088
_CLOSE_LOOK_PX: Final = 544
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

    def plates(self, pixels: Pixels, watch: Stopwatch) -> list[Sighting]:
        """Looks once, and where nothing was sure again: closer, with the shadows lifted, then where paint is."""
        sightings = self._sightings(pixels, self._detected(pixels, watch), watch)
        sightings = pooled([*sightings, *self._look(pixels, self._text(pixels, _FIRST_LOOK_PX, watch), watch)])
        if not self._any_sure(sightings):
            sightings = pooled([*sightings, *self._second_look(pixels, sightings, watch)])
        if not self._any(sightings, self._limits.review_at):
            with watch.part("detect"):
                boxes = painted_boxes(pixels)
            sightings = pooled([*sightings, *self._look(pixels, boxes, watch)])
        return [s for s in sightings if s.confidence_0_1 >= _WORTH_SHOWING]

    def _second_look(self, pixels: Pixels, seen: list[Sighting], watch: Stopwatch) -> list[Sighting]:
        """At the place that was nearly read, or at all of the picture where there is none."""
        place = max(seen, key=lambda s: s.confidence_0_1, default=None)
        if place is not None and place.confidence_0_1 >= self._limits.review_at:
            return self._look_at(pixels, around(pixels, place.candidate.box), _CLOSE_LOOK_PX, watch)
        return self._look_at(pixels, everything(pixels), _SECOND_LOOK_PX, watch)

    def _look_at(self, pixels: Pixels, part: Part, longest_side_px: int, watch: Stopwatch) -> list[Sighting]:
        """At one part of the picture, its shadows lifted."""
        with watch.part("detect"):
            picture = lifted(pixels, part)
        rows, columns = part
        boxes = self._text(picture[part], longest_side_px, watch)
        return self._look(picture, [box.moved(columns.start, rows.start) for box in boxes], watch)

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
        """One look at each candidate: its first cut; while in doubt its own outline; then the likeliest in other ways.

        One smaller than a plate that was read surely is a car further away, for which nobody opens: what its outline
        does not tell is left open.
        """
        first = [self._first_cut(pixels, c, o, watch) for c, o in zip(found, self._crops(found, watch), strict=True)]
        nearest = max((s.candidate.box.area for s in first if s.confidence_0_1 >= _SURE_ALONE), default=0.0)
        looked = [self._by_outline(pixels, s, watch, far=s.candidate.box.area < nearest) for s in first]
        doubtful = [s for s in looked if s.candidate.box.area >= nearest and s.confidence_0_1 < self._limits.accept_at]
        likeliest = max((s for s in doubtful if s.is_promising), key=lambda s: s.confidence_0_1, default=None)
        return [self._otherwise(pixels, s, watch, likeliest=s is likeliest) if s in doubtful else s for s in looked]

    def _crops(self, found: list[Candidate], watch: Stopwatch) -> list[Tensor]:
        return self._outputs([c.crop for c in found], watch)

    def _first_cut(self, pixels: Pixels, candidate: Candidate, output: Tensor, watch: Stopwatch) -> Sighting:
        """As the box has it; the lower row of two also together with its upper one."""
        cuts = self._decoded([output], candidate, watch)
        if self._decoder.is_lower_row(output):
            cuts += self._texts(candidate.two_row_cuts(pixels), candidate, watch)
        return Sighting(candidate, (tuple(cuts),))

    def _by_outline(self, pixels: Pixels, sighting: Sighting, watch: Stopwatch, *, far: bool) -> Sighting:
        """With cuts by the plate's own outline while in doubt: one, and the others if that reads like a plate."""
        if sighting.confidence_0_1 >= _SURE_ALONE or (far and not sighting.is_promising):
            return sighting
        cuts = sighting.candidate.outlined_cuts(pixels)
        sighting = self._with(sighting, cuts[:1], watch)
        return self._with(sighting, cuts[1:], watch) if sighting.is_promising else sighting

    def _otherwise(self, pixels: Pixels, doubtful: Sighting, watch: Stopwatch, *, likeliest: bool) -> Sighting:
        """With further cuts of what is likeliest a plate; as two rows where one row says nothing."""
        cuts = doubtful.candidate.other_cuts(pixels) if likeliest else []
        # Where two rows are usual, the box may hold both; a lower row alone has been seen to be one.
        if doubtful.candidate.ground is PlateColour.YELLOW and doubtful.confidence_0_1 < _WORTH_SHOWING:
            cuts += doubtful.candidate.two_row_cuts(pixels)
        return self._with(doubtful, cuts, watch)

    def _with(self, sighting: Sighting, cuts: Sequence[Pixels], watch: Stopwatch) -> Sighting:
        candidate, (look,) = sighting.candidate, sighting.looks
        return Sighting(candidate, ((*look, *self._texts(cuts, candidate, watch)),))

    def _texts(self, cuts: Sequence[Pixels], candidate: Candidate, watch: Stopwatch) -> list[PlateText | None]:
        return self._decoded(self._outputs(cuts, watch), candidate, watch)

    def _outputs(self, lines: Sequence[Pixels], watch: Stopwatch) -> list[Tensor]:
        with watch.part("recognise"):
            return self._recognise(lines)

    def _decoded(self, outputs: Sequence[Tensor], candidate: Candidate, watch: Stopwatch) -> list[PlateText | None]:
        with watch.part("decode"):
            texts = [self._decoder.decode(output, candidate.ground) for output in outputs]
            return [text and believed(text, candidate) for text in texts]
