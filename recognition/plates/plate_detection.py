"""A slot for a plate detector: OpenCV's LPD-YuNet, or any network with its input and output, that an operator imported.

Nothing of it comes with the product. Where the pack is there, the places it finds are read beside the lines of text.
"""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from recognition.pixels import Pixels
from recognition.plates.edges import Corners, in_order
from recognition.sessions import OnnxModel, Tensor
from recognition.weights import imported_version

MODEL_ID: Final = "lpd-yunet"

_WIDTH_PX, _HEIGHT_PX = 320, 240
_OUTPUTS: Final = ["loc", "conf", "iou"]
_SIZES_PX: Final = {8: (10, 16, 24), 16: (32, 48), 32: (64, 96), 64: (128, 192, 256)}
"""Sides of the boxes at each place of a grid, by the grid's step."""
_VARIANCE: Final = 0.1
_CORNER_COLUMNS: Final = ((4, 5), (6, 7), (10, 11), (12, 13))
_SURE_AT: Final = 0.8
_OVERLAP_AT: Final = 0.3
_MOST: Final = 4


class PlateDetector:
    """Finds plates by an imported network; loaded from verified weights when it is made."""

    def __init__(self, *, threads: int, model_dir: Path) -> None:
        self._model = OnnxModel(MODEL_ID, threads=threads, model_dir=model_dir)

    def __call__(self, pixels: Pixels) -> list[Corners]:
        """The corners of each plate in pixels of the picture, the surest first."""
        batch = cv2.resize(pixels, (_WIDTH_PX, _HEIGHT_PX)).transpose(2, 0, 1)[None].astype(np.float32)
        loc, conf, iou = (output.reshape(-1, output.shape[-1]) for output in self._model.outputs(batch, _OUTPUTS))
        scale = np.array([pixels.shape[1] / _WIDTH_PX, pixels.shape[0] / _HEIGHT_PX], np.float32)
        return [in_order(corners * scale) for corners in plates_in(loc, conf, iou)]


def detector_of(model_dir: Path | None, *, threads: int) -> PlateDetector | None:
    """The detector whose pack lies under `model_dir`, or None; raises `WeightsError` for a changed one."""
    if model_dir is None or imported_version(MODEL_ID, model_dir) is None:
        return None
    return PlateDetector(threads=threads, model_dir=model_dir)


def plates_in(loc: Tensor, conf: Tensor, iou: Tensor) -> list[Corners]:
    """The surest plates in the network's output, each once, in pixels of its input.

    `loc` is N × 14 (a box, then four corners and a centre), `conf` N × 2 (no plate, plate), `iou` N × 1.
    """
    scores = np.sqrt(conf[:, 1] * np.clip(iou[:, 0], 0, 1))
    sure = np.flatnonzero(scores > _SURE_AT)
    priors = _priors()[sure]
    offsets = loc[sure][:, _CORNER_COLUMNS]
    corners = (priors[:, None, :2] + offsets * _VARIANCE * priors[:, None, 2:]).astype(np.float32)
    boxes = [[float(v) for v in (*c.min(axis=0), *np.ptp(c, axis=0))] for c in corners]
    kept = cv2.dnn.NMSBoxes(boxes, scores[sure].tolist(), _SURE_AT, _OVERLAP_AT)
    return [corners[i] for i in np.asarray(kept, np.intp).reshape(-1)[:_MOST]]


def _priors() -> Tensor:
    """Centre, width and height of every box that the network answers for, in the order of its output."""
    return np.array([box for step, sizes in _SIZES_PX.items() for box in _grid(step, sizes)], np.float32)


def _grid(step: int, sizes: tuple[int, ...]) -> Iterator[tuple[float, float, int, int]]:
    # The network halves its input again and again, and each halving rounds down.
    rows, columns = _HEIGHT_PX // step, _WIDTH_PX // step
    for row, column, size in product(range(rows), range(columns), sizes):
        yield (column + 0.5) * step, (row + 0.5) * step, size, size
