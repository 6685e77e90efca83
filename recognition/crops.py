"""A plate alone, cut out of a photo: what may leave where the whole picture, with its people, may not."""

import io
from typing import Final

from PIL import Image

from recognition.images import decode

Box = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels of the upright picture."""
_LARGEST_SHARE: Final = 0.1
"""A plate that fills more of its picture is not believed to be one."""
_MARGIN: Final = 0.15
"""Kept around the plate, in heights of the plate."""


def plate_png(photo: bytes, box: Box) -> bytes | None:
    """The plate as PNG without any metadata; None where the box is empty or as good as the whole picture.

    Raises `ImageRefused`.
    """
    picture = decode(photo)
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    if width <= 0 or height <= 0 or width * height > _LARGEST_SHARE * picture.width_px * picture.height_px:
        return None
    edge = round(height * _MARGIN)
    cut = (
        max(0, left - edge),
        max(0, top - edge),
        min(picture.width_px, right + edge),
        min(picture.height_px, bottom + edge),
    )
    whole = Image.frombytes("RGB", (picture.width_px, picture.height_px), picture.bgr, "raw", "BGR")
    output = io.BytesIO()
    whole.crop(cut).save(output, "PNG")
    return output.getvalue()
