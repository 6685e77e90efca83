"""Places that are painted like a plate, for plates in which the text detector saw no line of text."""

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from cv2.typing import MatLike

from recognition.contracts import PlateColour
from recognition.pixels import Pixels
from recognition.plates.colour import HUES, chroma
from recognition.plates.text_detection import TextBox

_LONGEST_SIDE_PX: Final = 960
_VIVID_AT: Final = 32
"""Chroma (of 255) of paint, in shade too; grey asphalt and black bodywork have less."""
_ASPECTS: Final = (1.3, 6.0)
_HEIGHTS_PX: Final = (9, 160)
_FILLED_AT: Final = 0.6
_INKED_AT: Final = 14
"""Spread of brightness (of 255) that characters make; painted metal and cloth have less."""
_TEXT_SHARE: Final = 0.75
"""Of a plate's height and width, the part that a box of text around its characters has."""
_MOST: Final = 4
_PAINTS: Final = (PlateColour.BLUE, PlateColour.YELLOW, PlateColour.GREEN)


def painted_boxes(pixels: Pixels) -> list[TextBox]:
    """Boxes of the size that a line of text would have on each place painted like a plate, the largest first."""
    scale = min(1.0, _LONGEST_SIDE_PX / max(pixels.shape[:2]))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else pixels
    hue, _, value = cv2.split(cv2.cvtColor(small, cv2.COLOR_BGR2HSV))
    vivid = chroma(np.asarray(small, np.uint8)) > _VIVID_AT
    found: list[TextBox] = []
    for colour in _PAINTS:
        low, high = HUES[colour]
        found += _boxes(((hue >= low) & (hue <= high) & vivid).astype(np.uint8), value, scale)
    return sorted(found, key=lambda box: box.height, reverse=True)[:_MOST]


def _boxes(paint: MatLike, value: MatLike, scale: float) -> Iterator[TextBox]:
    closed = cv2.morphologyEx(paint, cv2.MORPH_CLOSE, np.ones((5, 9), np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((5, 9), np.uint8))
    contours, _ = cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for contour in contours:
        (x, y), (width, height), angle = cv2.minAreaRect(contour)
        if angle > 45:
            width, height, angle = height, width, angle - 90
        plausible = _HEIGHTS_PX[0] <= height <= _HEIGHTS_PX[1] and _ASPECTS[0] < width / height < _ASPECTS[1]
        if plausible and cv2.contourArea(contour) > _FILLED_AT * width * height and _inked(value, contour):
            size = (width * _TEXT_SHARE / scale, height * _TEXT_SHARE / scale)
            yield TextBox(x / scale, y / scale, *size, angle, 1.0)


def _inked(value: MatLike, contour: MatLike) -> bool:
    x, y, width, height = cv2.boundingRect(contour)
    return float(value[y : y + height, x : x + width].std()) > _INKED_AT
