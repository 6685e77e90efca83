"""The slot for a face detector: OpenCV's YuNet, or any imported network with its input and outputs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.pixels import Pixels
from recognition.sessions import OnnxModel, Tensor

MODEL_ID: Final = "face-detector"
OUTPUTS: Final = tuple(f"{kind}_{step}" for kind in ("cls", "obj", "bbox", "kps") for step in (8, 16, 32))

_STEPS: Final = (8, 16, 32)
_LONGEST_PX: Final = 640
_SURE_AT: Final = 0.8
_OVERLAP_AT: Final = 0.3
_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A face as the network saw it: box (left, top, right, bottom) and five points, in pixels."""

    box: NDArray[np.float32]
    points: NDArray[np.float32]
    """5 × 2: the eye at the left of the picture, the other, the tip of the nose, the corners of the mouth likewise."""
    score: float

    def scaled(self, factor: float) -> "Found":
        """The same in a picture so many times as large."""
        return Found(self.box * factor, self.points * factor, self.score)


class FaceDetector:
    """Finds faces by an imported network; loaded from verified weights when it is made."""

    def __init__(self, *, threads: int, model_dir: Path) -> None:
        self._model = OnnxModel(MODEL_ID, threads=threads, model_dir=model_dir)
        self._fixed = fixed_size(self._model.input_shape)

    def __call__(self, pixels: Pixels) -> list[Found]:
        """The faces in pixels of the picture, the surest first."""
        batch, scale = tensor_of(pixels, self._fixed)
        outputs = self._model.outputs(batch, list(OUTPUTS))
        by_name = dict(zip(OUTPUTS, outputs, strict=True))
        return [found.scaled(1 / scale) for found in faces_in(by_name, batch.shape[2], batch.shape[3])]


def fixed_size(shape: tuple[int | None, ...]) -> tuple[int, int] | None:
    """Height and width where the network takes only one size."""
    height, width = shape[2:4]
    return (height, width) if height and width else None


def tensor_of(pixels: Pixels, fixed: tuple[int, int] | None = None) -> tuple[Tensor, float]:
    """The picture as 1 × 3 × H × W, BGR, 0 to 255, black at the right and bottom, and its scale there."""
    height, width = pixels.shape[:2]
    room = fixed or (_LONGEST_PX, _LONGEST_PX)
    scale = min(room[0] / height, room[1] / width, 1.0)
    size = max(1, round(height * scale)), max(1, round(width * scale))
    rows, columns = fixed or tuple(-(-side // _STEPS[-1]) * _STEPS[-1] for side in size)
    canvas = np.zeros((rows, columns, 3), np.float32)
    canvas[: size[0], : size[1]] = cv2.resize(pixels, (size[1], size[0]), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(canvas.transpose(2, 0, 1)[None]), scale


def faces_in(outputs: Mapping[str, Tensor], rows_px: int, columns_px: int) -> list[Found]:
    """The surest faces in the outputs, each once, in pixels of the input.

    For each step of 8, 16 and 32 pixels, N the places of that grid, row by row: `cls` and `obj` N × 1 (probabilities
    whose geometric mean is the score), `bbox` N × 4 (centre from the place, logarithm of the size, in steps), `kps`
    N × 10 (five points from the place, in steps).
    """
    found = [face for step in _STEPS for face in _on_grid(outputs, step, rows_px // step, columns_px // step)]
    boxes = [[float(v) for v in (*face.box[:2], *(face.box[2:] - face.box[:2]))] for face in found]
    kept = cv2.dnn.NMSBoxes(boxes, [face.score for face in found], _SURE_AT, _OVERLAP_AT) if found else []
    return [found[i] for i in np.asarray(kept, np.intp).reshape(-1)[:_MOST]]


def _on_grid(outputs: Mapping[str, Tensor], step: int, rows: int, columns: int) -> list[Found]:
    classes, objects, boxes, points = (
        outputs[f"{kind}_{step}"].reshape(rows * columns, -1) for kind in ("cls", "obj", "bbox", "kps")
    )
    scores = np.sqrt(np.clip(classes[:, 0], 0, 1) * np.clip(objects[:, 0], 0, 1))
    return [
        _found(boxes[i], points[i], np.array([i % columns, i // columns], np.float32), step, float(scores[i]))
        for i in np.flatnonzero(scores >= _SURE_AT)
    ]


def _found(box: Tensor, points: Tensor, place: Tensor, step: int, score: float) -> Found:
    centre, size = (place + box[:2]) * step, np.exp(box[2:4]) * step
    corners = np.concatenate([centre - size / 2, centre + size / 2])
    return Found(corners, (points.reshape(5, 2) + place) * step, score)
