"""What a line of print says, and which way up it stands: PP-OCRv6's recogniser and PP-OCR's direction classifier."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from recognition.contracts import CharacterReading
from recognition.pixels import Pixels
from recognition.sessions import OnnxModel, Tensor

READER_ID: Final = "ppocr-v6-rec"
DIRECTION_ID: Final = "ppocr-v2-cls"
_HEIGHT_PX: Final = 48
_NARROWEST_PX: Final = 160
"""Narrower lines are padded: the reader was trained on wide ones and invents spaces on less."""
_DIRECTION_WIDTH_PX: Final = 192

_ALTERNATIVES: Final = 8

Span = tuple[CharacterReading, ...]
"""Characters in reading order."""


class LineReader:
    """Reads lines one by one, each at its own width: the reader's cost grows with the width alone."""

    def __init__(self, *, threads: int, model_dir: Path | None = None) -> None:
        self._model = OnnxModel(READER_ID, threads=threads, model_dir=model_dir)
        self._characters = self._model.characters

    def __call__(self, line: Pixels) -> Span:
        """The characters of a level line (BGR, any size), spaces left out."""
        frames = self._model(_batch([line], _NARROWEST_PX, stretch=True))[0]
        best = frames.argmax(axis=1)
        starts = np.flatnonzero((best != 0) & (best != np.concatenate([[0], best[:-1]])))
        ends = np.append(starts, len(best))[1:]
        peaks = [start + int(frames[start:end, best[start]].argmax()) for start, end in zip(starts, ends, strict=True)]
        readings = (self._reading(frames[peak]) for peak in peaks)
        return tuple(reading for reading in readings if reading.text.strip())

    def _reading(self, frame: Tensor) -> CharacterReading:
        """The likeliest character of a frame and the runners-up."""
        likely = np.argpartition(frame, -_ALTERNATIVES)[-_ALTERNATIVES:]
        best, *others = (
            (self._characters[place], float(frame[place])) for place in likely[np.argsort(frame[likely])[::-1]]
        )
        return CharacterReading(*best, tuple(other for other in others if other[0].strip()))


class DirectionReader:
    """Tells upright lines from those that stand on their head."""

    def __init__(self, *, threads: int, model_dir: Path | None = None) -> None:
        self._model = OnnxModel(DIRECTION_ID, threads=threads, model_dir=model_dir)

    def __call__(self, lines: Sequence[Pixels]) -> float:
        """The mean probability (0 to 1) that the lines, of one page, stand on their head."""
        outputs = [self._model(_batch([line], _DIRECTION_WIDTH_PX, stretch=False))[0, 1] for line in lines]
        return float(np.mean(outputs))


def _batch(lines: Sequence[Pixels], width_px: int, *, stretch: bool) -> Tensor:
    """Lines at 48 pixels of height, zero-padded to `width_px`; longer ones make it wider or are shrunk to it."""
    widths = [max(1, round(line.shape[1] * _HEIGHT_PX / line.shape[0])) for line in lines]
    widest = max(width_px, *widths) if stretch else width_px
    batch = np.zeros((len(lines), 3, _HEIGHT_PX, widest), np.float32)
    for row, line, width in zip(batch, lines, widths, strict=True):
        own = min(width, widest)
        row[:, :, :own] = cv2.resize(line, (own, _HEIGHT_PX)).transpose(2, 0, 1) / np.float32(127.5) - 1
    return batch
