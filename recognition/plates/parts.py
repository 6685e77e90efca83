"""Parts of a picture that are worth a second look, and how they are looked at again."""

from typing import Final

import cv2

from recognition.pixels import Pixels
from recognition.plates.text_detection import TextBox

Part = tuple[slice, slice]
"""Rows and columns of a picture."""

_ACROSS: Final = 6.0
_UP: Final = 4.0
"""How far around a box its surroundings reach, in heights of the box: two plates to each side, one up and down."""


def everything(pixels: Pixels) -> Part:
    """The whole picture."""
    return slice(0, pixels.shape[0]), slice(0, pixels.shape[1])


def around(pixels: Pixels, box: TextBox) -> Part:
    """A box and its surroundings, as far as the picture goes."""
    across, up = box.width / 2 + _ACROSS * box.height, (0.5 + _UP) * box.height
    return (
        _within(box.centre_y - up, box.centre_y + up, pixels.shape[0]),
        _within(box.centre_x - across, box.centre_x + across, pixels.shape[1]),
    )


def _within(start: float, end: float, size: int) -> slice:
    return slice(max(0, round(start)), min(size, round(end)))


def lifted(pixels: Pixels, part: Part) -> Pixels:
    """The picture, within the part with local contrast stretched, for night and for sun behind the car."""
    lab = cv2.cvtColor(pixels[part], cv2.COLOR_BGR2LAB)
    lab[:, :, 0] = cv2.createCLAHE(clipLimit=4.0, tileGridSize=(8, 8)).apply(lab[:, :, 0])
    picture = pixels.copy()
    picture[part] = cv2.cvtColor(lab, cv2.COLOR_LAB2BGR)
    return picture
