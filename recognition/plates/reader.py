"""Photo in, plates out: one reader over either engine."""

import threading
from functools import cached_property
from pathlib import Path
from typing import Final

from recognition.contracts import Band, EngineState, PlateEngine, PlateReading, PlateReadings, band_for
from recognition.images import DecodedImage
from recognition.pixels import pixels_of
from recognition.plates.candidates import Candidate
from recognition.plates.ctc import PlateText
from recognition.plates.engines import ENGINES
from recognition.plates.grammar import colour_on, kind_on
from recognition.plates.home import prefer_home
from recognition.plates.looking import Looking, Stopwatch
from recognition.plates.plate_detection import MODEL_ID as DETECTOR_PACK
from recognition.plates.plate_detection import detector_of
from recognition.weights import WeightsError, imported_version

VERSION: Final = "PP-OCRv4-mobile+ga36.3"
"""Of the weights and of what is done around them: readings of another version are not compared with these."""


class OcrPlateReader:
    """Reads plates by text detection and recognition; weights are verified and loaded at the first picture."""

    def __init__(
        self, engine: PlateEngine = PlateEngine.ONNX, *, threads: int = 2, model_dir: Path | None = None
    ) -> None:
        self._parts = ENGINES[engine]
        self._threads = threads
        self._model_dir = model_dir
        self._loading = threading.Lock()

    def read(self, image: DecodedImage, *, home_province: str | None = None) -> PlateReadings:
        """Every plate in the picture, best first; raises `WeightsError` where the engine cannot be used."""
        watch = Stopwatch()
        with self._loading:
            looking = self._looking
        found = [(s.candidate, s.text_at(home_province)) for s in looking.plates(pixels_of(image), watch)]
        plates = [self._reading(place, prefer_home(text, home_province)) for place, text in found if text]
        ranked = tuple(sorted(plates, key=_rank, reverse=True))
        return PlateReadings(ranked, image.width_px, image.height_px, dict(watch.parts))

    def state(self) -> EngineState:
        """Whether the engine is installed, its weights there and unchanged; loads nothing."""
        version, problem = VERSION, ""
        try:
            self._parts.check(self._model_dir)
            version = self._version
        except WeightsError as error:
            problem = error.code
        return EngineState(self._parts.name, version, "_looking" in self.__dict__, not problem, problem)

    @cached_property
    def _looking(self) -> Looking:
        self._parts.check(self._model_dir)
        networks = self._parts.load(self._threads, self._model_dir)
        return Looking(networks, detector_of(self._model_dir, threads=self._threads))

    @cached_property
    def _version(self) -> str:
        """With that of an imported plate detector, since it changes what is read."""
        pack = imported_version(DETECTOR_PACK, self._model_dir) if self._model_dir else None
        return f"{VERSION}+{DETECTOR_PACK}-{pack}" if pack else VERSION

    def _reading(self, place: Candidate, text: PlateText) -> PlateReading:
        top_left, top_right, bottom_right, bottom_left = [(float(x), float(y)) for x, y in place.box.corners]
        return PlateReading(
            text=text.text,
            kind=kind_on(text.pattern, place.ground),
            colour=colour_on(text.pattern, place.ground),
            confidence_0_1=text.confidence_0_1,
            characters=text.characters,
            alternatives=text.alternatives,
            corners=(top_left, top_right, bottom_right, bottom_left),
            engine=self._parts.name,
            engine_version=self._version,
        )


def _rank(plate: PlateReading) -> tuple[bool, float]:
    """Legible plates before the others, then the largest: the car at the gate stands in front."""
    (left, top), _, (right, bottom), _ = plate.corners
    return band_for(plate) is Band.ACCEPT, abs(right - left) * abs(bottom - top)
