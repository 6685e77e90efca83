"""Where text stands in a picture: PP-OCR's differentiable-binarisation detector."""

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from cv2.typing import MatLike

from recognition.pixels import Pixels
from recognition.sessions import Network, Tensor

MODEL_ID: Final = "ppocr-v4-det"
"""Its form for onnxruntime, which reads documents too."""
_STRIDE: Final = 32
_TEXT_AT: Final = 0.3
_BOX_AT: Final = 0.4
_UNCLIP: Final = 1.6
_MIN_SIDE_PX: Final = 4


@dataclass(frozen=True, slots=True)
class TextBox:
    """A turned rectangle in pixels of the picture: centre, width along the text, height, angle in degrees."""

    centre_x: float
    centre_y: float
    width: float
    height: float
    angle: float
    score_0_1: float

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width / self.height

    @property
    def area(self) -> float:
        """In square pixels."""
        return self.width * self.height

    def moved(self, right: float, down: float) -> "TextBox":
        """The same box in a picture of which the one it was found in is a part."""
        return replace(self, centre_x=self.centre_x + right, centre_y=self.centre_y + down)

    @property
    def corners(self) -> Tensor:
        """4 × 2, from the top left, clockwise."""
        turn = np.deg2rad(self.angle)
        along = np.array([np.cos(turn), np.sin(turn)]) * self.width / 2
        down = np.array([-np.sin(turn), np.cos(turn)]) * self.height / 2
        centre = np.array([self.centre_x, self.centre_y])
        return np.array(
            [centre - along - down, centre + along - down, centre + along + down, centre - along + down],
            np.float32,
        )


class TextDetector:
    """Finds lines of text; a picture is first scaled so that its longer side is `longest_side_px`."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def __call__(self, pixels: Pixels, longest_side_px: int) -> list[TextBox]:
        """Every line of text, in pixels of the given picture."""
        scale = longest_side_px / max(pixels.shape[:2])
        height, width = (max(_STRIDE, round(side * scale / _STRIDE) * _STRIDE) for side in pixels.shape[:2])
        shrunk = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        batch = np.asarray(cv2.dnn.blobFromImage(shrunk, 1 / 127.5, mean=(127.5, 127.5, 127.5)), np.float32)
        heat = self._network(batch)[0, 0]
        return _boxes(heat, pixels.shape[1] / width, pixels.shape[0] / height)


def _boxes(heat: Tensor, scale_x: float, scale_y: float) -> list[TextBox]:
    mask = cv2.dilate((heat > _TEXT_AT).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    boxes = (_box(heat, contour, scale_x, scale_y) for contour in contours)
    return [box for box in boxes if box]


def _box(heat: Tensor, contour: MatLike, scale_x: float, scale_y: float) -> TextBox | None:
    """The contour's smallest rectangle, grown as the network was trained to shrink it; None if no text."""
    (x, y), (width, height), angle = cv2.minAreaRect(contour)
    if min(width, height) < _MIN_SIDE_PX - 1:
        return None
    score = _mean_inside(heat, contour)
    if score < _BOX_AT:
        return None
    if angle > 45:
        width, height, angle = height, width, angle - 90
    growth = width * height * _UNCLIP / (width + height)
    scale = (scale_x + scale_y) / 2
    return TextBox(x * scale_x, y * scale_y, (width + growth) * scale, (height + growth) * scale, angle, score)


def _mean_inside(heat: Tensor, contour: MatLike) -> float:
    x, y, width, height = cv2.boundingRect(contour)
    inside = np.zeros((height, width), np.uint8)
    cv2.drawContours(inside, [contour], -1, (1,), cv2.FILLED, offset=(-x, -y))
    return float(cv2.mean(heat[y : y + height, x : x + width], inside)[0])
