"""Photo in, plates out: find text, keep what has a plate's shape, read it, look again where unsure."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from recognition.contracts import Band, EngineState, PlateColour, PlateReading, PlateReadings, band_for
from recognition.images import DecodedImage
from recognition.pixels import Pixels, pixels_of
from recognition.plates.candidates import Candidate, candidates
from recognition.plates.ctc import PlateDecoder, PlateText
from recognition.plates.evidence import Sighting, pooled
from recognition.plates.grammar import kind_on
from recognition.plates.text_detection import MODEL_ID as DETECTOR_ID
from recognition.plates.text_detection import TextDetector
from recognition.plates.text_recognition import MODEL_ID as RECOGNISER_ID
from recognition.plates.text_recognition import TextRecogniser
from recognition.weights import WeightsError, plate_thresholds, weights_path

ENGINE: Final = "ppocr-onnx"
ENGINE_VERSION: Final = "PP-OCRv4-mobile+ga36.1"

_FIRST_LOOK_PX: Final = 736
_SECOND_LOOK_PX: Final = 1088
_WORTH_SHOWING: Final = 0.05
"""A plate whose weakest character is below this is no reading but a coincidence, and is not returned."""


@dataclass(slots=True)
class _Stopwatch:
    """Milliseconds spent in each part of one reading."""

    parts: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.parts[name] += (time.perf_counter() - start) * 1000


class OnnxPlateReader:
    """PP-OCRv4 on onnxruntime; weights are verified and loaded at the first picture, once for all threads."""

    def __init__(self, *, threads: int = 2, model_dir: Path | None = None) -> None:
        self._threads = threads
        self._model_dir = model_dir
        self._loading = threading.Lock()

    def read(self, image: DecodedImage) -> PlateReadings:
        """Every plate in the picture, best first; raises `WeightsError` where the weights are not right."""
        watch = _Stopwatch()
        with self._loading:
            engine = self._engine
        plates = engine.plates(pixels_of(image), watch)
        return PlateReadings(tuple(plates), image.width_px, image.height_px, dict(watch.parts))

    def state(self) -> EngineState:
        """Whether the weights are there and unchanged; loads nothing."""
        problem = ""
        try:
            for model_id in (DETECTOR_ID, RECOGNISER_ID):
                weights_path(model_id, self._model_dir)
        except WeightsError as error:
            problem = error.code
        return EngineState(ENGINE, ENGINE_VERSION, "_engine" in self.__dict__, not problem, problem)

    @cached_property
    def _engine(self) -> "_Engine":
        return _Engine(self._threads, self._model_dir)


class _Engine:
    """The loaded models and the way through them."""

    def __init__(self, threads: int, model_dir: Path | None) -> None:
        self._detect = TextDetector(threads=threads, model_dir=model_dir)
        self._recognise = TextRecogniser(threads=threads, model_dir=model_dir)
        self._accept_at = plate_thresholds().accept_at
        self._decoder = PlateDecoder(self._recognise.characters)

    def plates(self, pixels: Pixels, watch: _Stopwatch) -> list[PlateReading]:
        """Looks once, and a second time, closer and with the shadows lifted, where nothing was sure."""
        sightings = self._look(pixels, _FIRST_LOOK_PX, watch)
        if not self._any_sure(sightings):
            sightings = pooled([*sightings, *self._look(_lifted(pixels), _SECOND_LOOK_PX, watch)])
        plates = [_reading(s.candidate, s.text) for s in sightings if s.text and s.confidence_0_1 >= _WORTH_SHOWING]
        return sorted(plates, key=_rank, reverse=True)

    def _any_sure(self, sightings: Iterable[Sighting]) -> bool:
        return any(sighting.confidence_0_1 >= self._accept_at for sighting in sightings)

    def _look(self, pixels: Pixels, longest_side_px: int, watch: _Stopwatch) -> list[Sighting]:
        """Painted grounds first; the others only where those showed no plate."""
        with watch.part("detect"):
            boxes = self._detect(pixels, longest_side_px)
        with watch.part("crop"):
            found = candidates(pixels, boxes)
        sightings = self._sightings(pixels, [c for c in found if c.is_painted], watch)
        if not self._any_sure(sightings):
            sightings += self._sightings(pixels, [c for c in found if not c.is_painted], watch)
        return pooled(sightings)

    def _sightings(self, pixels: Pixels, found: list[Candidate], watch: _Stopwatch) -> list[Sighting]:
        texts = self._texts([c.crop for c in found], [c.ground for c in found], watch)
        return [self._sighting(pixels, c, text, watch) for c, text in zip(found, texts, strict=True)]

    def _sighting(self, pixels: Pixels, candidate: Candidate, text: PlateText | None, watch: _Stopwatch) -> Sighting:
        """One look at a candidate, with further cuts where the first one left doubt."""
        cuts: list[Pixels] = []
        if text and text.is_promising and text.confidence_0_1 < self._accept_at:
            cuts += candidate.other_cuts(pixels)
        if text is None or text.confidence_0_1 < _WORTH_SHOWING:
            cuts += candidate.two_row_cuts(pixels)
        texts = (text, *self._texts(cuts, [candidate.ground] * len(cuts), watch))
        return Sighting(candidate, (texts,))

    def _texts(
        self, crops: Sequence[Pixels], grounds: Sequence[PlateColour], watch: _Stopwatch
    ) -> list[PlateText | None]:
        with watch.part("recognise"):
            outputs = self._recognise(crops)
        with watch.part("decode"):
            return [self._decoder.decode(out, ground) for out, ground in zip(outputs, grounds, strict=True)]


def _rank(plate: PlateReading) -> tuple[bool, float]:
    """Legible plates before the others, then the largest: the car at the gate stands in front."""
    (left, top), _, (right, bottom), _ = plate.corners
    return band_for(plate) is Band.ACCEPT, abs(right - left) * abs(bottom - top)


def _lifted(pixels: Pixels) -> Pixels:
    """The same picture with local contrast stretched, for night and for sun behind the car."""
    lab = cv2.cvtColor(pixels, cv2.COLOR_BGR2LAB)
    lab[:, :, 0] = cv2.createCLAHE(clipLimit=4.0, tileGridSize=(8, 8)).apply(lab[:, :, 0])
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2BGR), np.uint8)


def _reading(candidate: Candidate, text: PlateText) -> PlateReading:
    top_left, top_right, bottom_right, bottom_left = [(float(x), float(y)) for x, y in candidate.box.corners]
    return PlateReading(
        text=text.text,
        kind=kind_on(text.pattern, candidate.ground),
        colour=candidate.ground,
        confidence_0_1=text.confidence_0_1,
        characters=text.characters,
        alternatives=text.alternatives,
        corners=(top_left, top_right, bottom_right, bottom_left),
        engine=ENGINE,
        engine_version=ENGINE_VERSION,
    )
