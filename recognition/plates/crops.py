"""Straight, level pictures of plates, cut out of a photo."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from recognition.pixels import Pixels
from recognition.plates.text_detection import TextBox

_UPPER_ROW_SHARE: Final = 5 / 12
"""Height of a two-row plate's upper row (GA 36: 60 mm letters over 110 mm ones on 220 mm)."""
_UPPER_ROW_EDGE: Final = 1 / 6
_UPPER_ROW_NARROWER: Final = 0.7
"""The upper row's characters are 80 mm wide at 60 mm height, all others about half as wide as high."""
_SHORTEST_PX: Final = 4


@dataclass(frozen=True, slots=True)
class Margins:
    """How far beyond a box to cut, in heights of the box; negative ones cut inwards."""

    left: float = 0
    right: float = 0
    top: float = 0
    bottom: float = 0


NO_MARGINS: Final = Margins()


def cut(pixels: Pixels, box: TextBox, margins: Margins = NO_MARGINS) -> Pixels:
    """The box and its margins, turned level; what lies outside the picture repeats its edge."""
    top_left, top_right, _, bottom_left = box.corners
    down = bottom_left - top_left
    along = (top_right - top_left) / box.width * box.height
    start = top_left - along * margins.left - down * margins.top
    width = box.width + box.height * (margins.left + margins.right)
    height = box.height * (1 + margins.top + margins.bottom)
    source = np.array([start, start + along * width / box.height, start + down * height / box.height], np.float32)
    size = max(_SHORTEST_PX, round(width)), max(_SHORTEST_PX, round(height))
    target = np.array([(0, 0), (size[0], 0), (0, size[1])], np.float32)
    turn = cv2.getAffineTransform(source, target)
    return np.asarray(cv2.warpAffine(pixels, turn, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def side_by_side(plate: Pixels, upper_share: float = _UPPER_ROW_SHARE) -> Pixels:
    """A two-row plate as one line: the upper row, drawn as high and narrow as the lower, before it."""
    row = round(plate.shape[0] * upper_share)
    height, width = plate.shape[0] - row, plate.shape[1]
    edge = round(width * _UPPER_ROW_EDGE)
    inner = plate[:row, edge : width - edge]
    upper = cv2.resize(inner, (round(inner.shape[1] * _UPPER_ROW_NARROWER), height))
    return np.hstack([upper, plate[row:]]).astype(np.uint8)
