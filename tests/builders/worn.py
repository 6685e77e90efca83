"""A plate with one letter so worn that the engine leaves it to a person."""

import cv2
import numpy as np

from recognition.contracts import Band, band_for
from recognition.images import decode
from recognition.plates import default_reader
from tests.builders.scenes import gate_scene


def worn_photo(plate: str) -> bytes:
    """A car with an 8 in its plate that might be a B: worn until the engine is in doubt."""
    lookalike = plate.replace("8", "B", 1)
    for share in np.arange(0.30, 0.50, 0.02):
        photo = _blended(plate, lookalike, float(share))
        best = default_reader().read(decode(photo)).best
        if best is not None and band_for(best) is Band.REVIEW and best.text in (plate, lookalike):
            return photo
    raise AssertionError("no wear leaves the engine in doubt: choose other letters")


def _blended(one: str, other: str, share: float) -> bytes:
    """One scene drawn twice, alike but for the plate, and laid over itself."""
    drawn = [cv2.imdecode(np.frombuffer(gate_scene(text, seed=3), np.uint8), cv2.IMREAD_COLOR) for text in (one, other)]
    blended = cv2.addWeighted(drawn[0], share, drawn[1], 1 - share, 0)
    return bytes(cv2.imencode(".jpg", blended, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes())
