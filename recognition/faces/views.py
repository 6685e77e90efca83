"""The part of a picture round a face, at a size of its own, and the way between the two."""

from dataclasses import dataclass
from math import ceil, floor
from typing import Final

import cv2
import numpy as np

from recognition.contracts import Point
from recognition.face_contracts import Face, FaceRefused
from recognition.pixels import Pixels

Box = tuple[float, float, float, float]

_LANDMARKS: Final = 5
_MARGIN: Final = 1.0
"""Round the box, in its longer side."""
_SMALLEST_PX: Final = 1.0


@dataclass(frozen=True, slots=True)
class View:
    """Pixels that begin at `left`, `top` of the picture and are `scale` times as large."""

    pixels: Pixels
    left: int
    top: int
    scale: float

    def inside(self, point: Point) -> Point:
        """A point of the picture in this view."""
        return (point[0] - self.left) * self.scale, (point[1] - self.top) * self.scale

    def outside(self, point: Point) -> Point:
        """A point of this view in the picture."""
        return point[0] / self.scale + self.left, point[1] / self.scale + self.top


def view_of(pixels: Pixels, box: Box, longest_px: int) -> View:
    """The box and a margin round it, as far as the picture goes, at a scale that makes its longer side so long.

    Raises `FaceRefused` where nothing of it lies in the picture.
    """
    side = max(box[2] - box[0], box[3] - box[1], _SMALLEST_PX)
    margin, scale = side * _MARGIN, longest_px / side
    left, top = max(0, floor(box[0] - margin)), max(0, floor(box[1] - margin))
    right, bottom = min(pixels.shape[1], ceil(box[2] + margin)), min(pixels.shape[0], ceil(box[3] + margin))
    if right <= left or bottom <= top:
        raise FaceRefused("face_outside_picture", "the face lies elsewhere")
    size = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    part = np.asarray(cv2.resize(pixels[top:bottom, left:right], size, interpolation=method), np.uint8)
    return View(part, left, top, scale)


def extent_of(face: Face) -> Box:
    """The smallest box round the landmarks."""
    across, down = zip(*face.landmarks, strict=True)
    return min(across), min(down), max(across), max(down)


def check_place(face: Face, engine: str, pixels: Pixels) -> None:
    """Raises `FaceRefused` for a face that another engine found, or that is not in this picture."""
    if face.engine != engine or len(face.landmarks) != _LANDMARKS:
        raise FaceRefused("face_of_another_engine", "only the engine that found a face can describe it")
    points, size = np.array(face.landmarks), np.array([pixels.shape[1], pixels.shape[0]])
    if not np.isfinite(points).all() or not ((points >= 0) & (points <= size)).any(axis=0).all():
        raise FaceRefused("face_outside_picture", "the face lies elsewhere")
