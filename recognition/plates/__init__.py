"""Number plates of the mainland: find them, read them, and say how sure each character is."""

from functools import cache
from pathlib import Path

from recognition.contracts import PlateEngine, PlateReader, PlateReadings
from recognition.images import DEFAULT_LIMITS, ImageLimits, decode
from recognition.plates.reader import OcrPlateReader


@cache
def default_reader(engine: PlateEngine = PlateEngine.ONNX, model_dir: Path | None = None) -> PlateReader:
    """The one reader of this process for an engine, onnxruntime being the faster one and everywhere at hand.

    Its weights load at the first picture; packs that an operator imported lie under `model_dir`.
    """
    return OcrPlateReader(engine, model_dir=model_dir)


def read_plates(data: bytes, limits: ImageLimits = DEFAULT_LIMITS) -> PlateReadings:
    """Every plate in an untrusted picture, best first; raises `ImageRefused` and `WeightsError`."""
    return default_reader().read(decode(data, limits))
