"""Decoded pictures as arrays; apart from `images`, so that web processes need no numpy."""

import numpy as np
from numpy.typing import NDArray

from recognition.images import DecodedImage

Pixels = NDArray[np.uint8]


def pixels_of(image: DecodedImage) -> Pixels:
    """The picture as height × width × 3, BGR, read-only, without a copy."""
    return np.frombuffer(image.bgr, np.uint8).reshape(image.height_px, image.width_px, 3)


def image_of(pixels: Pixels) -> DecodedImage:
    """An array of height × width × 3, BGR, as a picture: a video's frame, say."""
    height, width, _ = pixels.shape
    return DecodedImage(pixels.tobytes(), width, height)
