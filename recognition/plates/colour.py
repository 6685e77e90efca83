"""The ground colour of a plate, from the pixels behind its characters."""

from typing import Final

import cv2
import numpy as np

from recognition.contracts import PlateColour
from recognition.pixels import Pixels

HUES: Final = {
    PlateColour.YELLOW: (12, 34),
    PlateColour.GREEN: (35, 84),
    PlateColour.BLUE: (85, 132),
}
"""OpenCV's half degrees, lower bound included, upper bound too."""
_COLOURED_AT: Final = 70
"""Saturation (of 255) from which a pixel has a hue worth counting; the pale top of green plates has less."""
_SHARE_AT: Final = 0.25
_GREY_SPREAD: Final = 6
"""Mean difference between the channels (of 255) under which a picture was taken without colour."""
_SAMPLED_EVERY_PX: Final = 8


def chroma(picture: Pixels) -> Pixels:
    """How far each pixel (BGR) is from grey: the spread of its channels, 0 to 255. Black has none, whatever its hue."""
    return np.asarray(picture.max(axis=2) - picture.min(axis=2), np.uint8)


def is_colourless(picture: Pixels) -> bool:
    """Whether a whole picture (BGR) holds no colour, as infrared ones do."""
    sample = picture[::_SAMPLED_EVERY_PX, ::_SAMPLED_EVERY_PX].astype(np.int16)
    return float(np.ptp(sample, axis=2).mean()) < _GREY_SPREAD


def has_dark_ink(plate: Pixels) -> bool:
    """Whether the characters of a rectified plate (BGR) are darker than its ground, which is the larger part of it."""
    brightness = plate.max(axis=2)
    return float(np.median(brightness)) > float(brightness.mean())


def ground_colour(plate: Pixels) -> PlateColour:
    """The ground of a rectified plate (BGR) in a picture that holds colour."""
    hue, saturation, value = cv2.split(cv2.cvtColor(plate, cv2.COLOR_BGR2HSV))
    coloured = (saturation > _COLOURED_AT) & (value > 40)
    shares = {c: float(((hue >= low) & (hue <= high) & coloured).mean()) for c, (low, high) in HUES.items()}
    colour = max(shares, key=lambda c: shares[c])
    if shares[colour] >= _SHARE_AT:
        return colour
    return PlateColour.WHITE if float(np.median(value)) > 110 else PlateColour.BLACK
