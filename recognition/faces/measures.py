"""What a face in a picture is like: size, sharpness, light, pose."""

from math import hypot
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.contracts import Point
from recognition.face_contracts import FaceQuality
from recognition.faces.pose import Nose, pose_of
from recognition.faces.views import Box
from recognition.pixels import Pixels

_PATCH_PX: Final = 96
"""Side of the square that is looked at, whatever the picture's size, so that the measures mean the same."""
_PATCH_EYES: Final = 2.0
"""Its side in distances of the eyes: brows to mouth, no hair, no collar."""
_BELOW_EYES: Final = 0.3
_NOTHING: Final = 1e-6


def quality_of(pixels: Pixels, box: Box, left: Point, right: Point, nose_at: Point, nose: Nose) -> FaceQuality:
    """The measures of a face; `left` and `right` are the middles of its eyes as seen in the picture."""
    pose = pose_of(left, right, nose_at, nose)
    patch = _patch(pixels, left, right)
    dark, bright = np.percentile(patch, (5, 95)) / 255
    middle = _PATCH_PX // 2
    halves = float(patch[:, :middle].mean()), float(patch[:, middle:].mean())
    return FaceQuality(
        eye_distance_px=hypot(right[0] - left[0], right[1] - left[1]),
        sharpness=_sharpness(patch),
        brightness_0_1=float(patch.mean()) / 255,
        contrast_0_1=float(bright - dark),
        unevenness_0_1=abs(halves[0] - halves[1]) / (sum(halves) + _NOTHING),
        inside_0_1=_inside(box, pixels.shape[1], pixels.shape[0]),
        yaw_degrees=pose.yaw,
        pitch_degrees=pose.pitch,
        roll_degrees=pose.roll,
    )


def _patch(pixels: Pixels, left: Point, right: Point) -> NDArray[np.float32]:
    """The inner face in grey at the standard size; what lies outside the picture repeats its edge."""
    distance = max(hypot(right[0] - left[0], right[1] - left[1]), 1.0)
    side = max(round(distance * _PATCH_EYES), 2)
    x = round((left[0] + right[0] - side) / 2)
    y = round((left[1] + right[1] - side) / 2 + distance * _BELOW_EYES)
    rows = np.clip(np.arange(y, y + side), 0, pixels.shape[0] - 1)
    columns = np.clip(np.arange(x, x + side), 0, pixels.shape[1] - 1)
    grey = cv2.cvtColor(pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], cv2.COLOR_BGR2GRAY)
    square = grey[np.ix_(rows - rows[0], columns - columns[0])]
    shrinks = side > _PATCH_PX
    patch = cv2.resize(square, (_PATCH_PX, _PATCH_PX), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return patch.astype(np.float32)


def _sharpness(patch: NDArray[np.float32]) -> float:
    """Fine detail in relation to coarse; light and contrast drop out."""
    coarse = cv2.GaussianBlur(patch, (0, 0), 2.0)
    return float((patch - coarse).std() / (coarse.std() + _NOTHING))


def _inside(box: Box, width_px: int, height_px: int) -> float:
    left, top, right, bottom = box
    across = max(0.0, min(right, width_px) - max(left, 0.0))
    down = max(0.0, min(bottom, height_px) - max(top, 0.0))
    return across * down / max((right - left) * (bottom - top), _NOTHING)
