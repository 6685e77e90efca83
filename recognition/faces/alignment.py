"""A face turned upright and cut out, as the networks of ArcFace's kind were trained to see it."""

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.pixels import Pixels

_STANDARD_PX: Final = 112
_STANDARD: Final = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)
"""Where eyes, nose and corners of the mouth lie in a picture of 112 pixels (InsightFace, also OpenCV's SFace)."""
_REACH: Final = 2.5
"""From the points to a corner of the square, in the points' own extent, and some more."""


def upright(pixels: Pixels, points: NDArray[Any], size_px: int) -> Pixels:
    """A square of the picture in which the five points lie as near to the standard as turning and scaling can."""
    part, corner = _around(pixels, np.asarray(points, np.float64))
    transform = similarity(points - corner, _STANDARD * (size_px / _STANDARD_PX))
    return np.asarray(cv2.warpAffine(part, transform, (size_px, size_px), flags=cv2.INTER_LINEAR), np.uint8)


def _around(pixels: Pixels, points: NDArray[np.float64]) -> tuple[Pixels, NDArray[np.int64]]:
    """More of the picture than the square can reach, and where it begins: OpenCV turns nothing of 32,768 pixels."""
    reach = np.ptp(points, axis=0).max() * _REACH + 1
    size = np.array([pixels.shape[1], pixels.shape[0]])
    start = np.clip(np.floor(points.min(axis=0) - reach), 0, size - 1).astype(np.int64)
    end = np.clip(np.ceil(points.max(axis=0) + reach), start + 1, size).astype(np.int64)
    return pixels[start[1] : end[1], start[0] : end[0]], start


def similarity(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """The 2 × 3 turn, scale and shift that brings points nearest to others, in squares (Umeyama 1991); no mirror."""
    source_mean, target_mean = source.mean(axis=0), target.mean(axis=0)
    from_mean, to_mean = source - source_mean, target - target_mean
    left, stretch, right = np.linalg.svd(to_mean.T @ from_mean)
    signs = np.array([1.0, np.sign(np.linalg.det(left @ right)) or 1.0])
    turn = left @ np.diag(signs) @ right
    scale = float(stretch @ signs) / max(float((from_mean**2).sum()), 1e-12)
    return np.column_stack([scale * turn, target_mean - scale * turn @ source_mean])
