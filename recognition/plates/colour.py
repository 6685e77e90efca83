"""The ground colour of a plate, from the pixels behind its characters."""

from typing import Final

import cv2
import numpy as np

from recognition.contracts import PlateColour
from recognition.images import Pixels

_HUES: Final = {
    PlateColour.YELLOW: (12, 34),
    PlateColour.GREEN: (35, 84),
    PlateColour.BLUE: (85, 132),
}
"""OpenCV's half degrees, lower bound included, upper bound too."""
_COLOURED_AT: Final = 70
"""Saturation (of 255) from which a pixel has a hue worth counting; the pale top of green plates has less."""
_SHARE_AT: Final = 0.25
_GREY_SPREAD: Final = 12
"""Mean difference between channels under which the whole picture is taken for infrared."""


def ground_colour(plate: Pixels) -> PlateColour:
    """The ground of a rectified plate (BGR); `UNKNOWN` where the picture holds no colour at all."""
    hue, saturation, value = cv2.split(cv2.cvtColor(plate, cv2.COLOR_BGR2HSV))
    coloured = (saturation > _COLOURED_AT) & (value > 40)
    shares = {c: float(((hue >= low) & (hue <= high) & coloured).mean()) for c, (low, high) in _HUES.items()}
    colour = max(shares, key=lambda c: shares[c])
    if shares[colour] >= _SHARE_AT:
        return colour
    if float(np.ptp(plate.astype(np.int16), axis=2).mean()) < _GREY_SPREAD:
        return PlateColour.UNKNOWN
    return PlateColour.WHITE if float(np.median(value)) > 110 else PlateColour.BLACK
