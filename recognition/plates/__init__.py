"""Number plates of the mainland: find them, read them, and say how sure each character is."""

from functools import cache

from recognition.contracts import PlateReader, PlateReadings
from recognition.images import DEFAULT_LIMITS, ImageLimits, decode
from recognition.plates.reader import OnnxPlateReader


@cache
def default_reader() -> PlateReader:
    """The one reader of this process, by the faster engine; its weights load at the first picture."""
    return OnnxPlateReader()


def read_plates(data: bytes, limits: ImageLimits = DEFAULT_LIMITS) -> PlateReadings:
    """Every plate in an untrusted picture, best first; raises `ImageRefused` and `WeightsError`."""
    return default_reader().read(decode(data, limits))
