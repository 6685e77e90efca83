"""Straight, level pictures of plates, cut out of a photo."""

from typing import Final

import cv2
import numpy as np

from recognition.images import Pixels
from recognition.plates.text_detection import TextBox

_UPPER_ROW_SHARE: Final = 5 / 12
"""Height of the upper row of a two-row plate (GA 36: 65 and 110 mm of letters on 220 mm)."""


def cut(pixels: Pixels, box: TextBox, *, left: float = 0, right: float = 0, vertical: float = 0) -> Pixels:
    """The box turned level; margins are shares of its height, negative ones cut inwards."""
    corners = box.corners
    along = (corners[1] - corners[0]) / box.width * box.height
    down = corners[3] - corners[0]
    top_left = corners[0] - along * left - down * vertical
    top_right = corners[1] + along * right - down * vertical
    bottom_left = corners[3] - along * left + down * vertical
    width = max(4, round(float(np.linalg.norm(top_right - top_left))))
    height = max(4, round(float(np.linalg.norm(bottom_left - top_left))))
    source = np.array([top_left, top_right, bottom_left], np.float32)
    target = np.array([(0, 0), (width, 0), (0, height)], np.float32)
    level = cv2.warpAffine(
        pixels,
        cv2.getAffineTransform(source, target),
        (width, height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(level, np.uint8)


def side_by_side(plate: Pixels) -> Pixels:
    """A two-row plate as one line: the upper row, scaled to the lower one's height, before the lower."""
    row = round(plate.shape[0] * _UPPER_ROW_SHARE)
    upper, lower = plate[:row], plate[row:]
    scaled = cv2.resize(upper, (round(upper.shape[1] * lower.shape[0] / row), lower.shape[0]))
    middle = scaled[:, scaled.shape[1] // 6 : -scaled.shape[1] // 6]
    return np.hstack([middle, lower]).astype(np.uint8)
