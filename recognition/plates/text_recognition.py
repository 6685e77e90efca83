"""What a line of text says: PP-OCRv4's recogniser, fed the way it was trained."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from recognition.pixels import Pixels
from recognition.sessions import Network, Tensor

HEIGHT_PX: Final = 48
WIDTH_PX: Final = 320
_PIXELS_A_FRAME: Final = 8


class TextRecogniser:
    """Gives each line's character probabilities, one frame every eight pixels of a 48-pixel-high line."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def __call__(self, lines: Sequence[Pixels]) -> list[Tensor]:
        """For each line (BGR, any size) its frames × characters; frames of the padding are left out."""
        if not lines:
            return []
        widths = [min(WIDTH_PX, max(1, round(line.shape[1] * HEIGHT_PX / line.shape[0]))) for line in lines]
        batch = np.zeros((len(lines), 3, HEIGHT_PX, WIDTH_PX), np.float32)
        for row, line, width in zip(batch, lines, widths, strict=True):
            # Zeros on the right, never stretched: worth 3.5 points of whole plates.
            row[:, :, :width] = cv2.resize(line, (width, HEIGHT_PX)).transpose(2, 0, 1) / np.float32(127.5) - 1
        outputs = self._network(batch)
        return [output[: width // _PIXELS_A_FRAME + 2] for output, width in zip(outputs, widths, strict=True)]
