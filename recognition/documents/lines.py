"""What a line of print says, and which way up it stands: PP-OCRv6's recogniser and PP-OCR's direction classifier."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from recognition.pixels import Pixels
from recognition.sessions import OnnxModel, Tensor

READER_ID: Final = "ppocr-v6-rec"
DIRECTION_ID: Final = "ppocr-v2-cls"
_HEIGHT_PX: Final = 48
_NARROWEST_PX: Final = 160
"""Narrower lines are padded: the reader was trained on wide ones and invents spaces on less."""
_DIRECTION_WIDTH_PX: Final = 192

_ALTERNATIVES: Final = 8


@dataclass(frozen=True, slots=True)
class Glyph:
    """One printed character; its `repr` leaves out what it is."""

    text: str = field(repr=False)
    probability_0_1: float
    place: float
    """Of its middle along the print: as a share of its line's width, or in pixels once lines stand in rows."""
    alternatives: tuple[tuple[str, float], ...] = field(repr=False, default=())
    """What else it could be, likeliest first."""


Span = tuple[Glyph, ...]
"""Characters in reading order."""


class LineReader:
    """Reads lines one by one, each at its own width: the reader's cost grows with the width alone."""

    def __init__(self, *, threads: int, model_dir: Path | None = None) -> None:
        self._model = OnnxModel(READER_ID, threads=threads, model_dir=model_dir)
        self._characters = self._model.characters

    def __call__(self, line: Pixels) -> Span:
        """The characters of a level line (BGR, any size), spaces left out."""
        batch, width_px = _batch(line, _NARROWEST_PX, stretch=True)
        frames = self._model(batch)[0]
        best = frames.argmax(axis=1)
        starts = np.flatnonzero((best != 0) & (best != np.concatenate([[0], best[:-1]])))
        ends = np.append(starts, len(best))[1:]
        peaks = [start + int(frames[start:end, best[start]].argmax()) for start, end in zip(starts, ends, strict=True)]
        own_frames = len(frames) * width_px / batch.shape[3]
        glyphs = (self._glyph(frames[peak], (peak + 0.5) / own_frames) for peak in peaks)
        return tuple(glyph for glyph in glyphs if glyph.text.strip())

    def _glyph(self, frame: Tensor, place: float) -> Glyph:
        """The likeliest character of a frame and the runners-up."""
        likely = np.argpartition(frame, -_ALTERNATIVES)[-_ALTERNATIVES:]
        best, *others = (
            (self._characters[place], float(frame[place])) for place in likely[np.argsort(frame[likely])[::-1]]
        )
        return Glyph(*best, place, tuple(other for other in others if other[0].strip()))


class DirectionReader:
    """Tells upright lines from those that stand on their head."""

    def __init__(self, *, threads: int, model_dir: Path | None = None) -> None:
        self._model = OnnxModel(DIRECTION_ID, threads=threads, model_dir=model_dir)

    def __call__(self, lines: Sequence[Pixels]) -> float:
        """The mean probability (0 to 1) that the lines, of one page, stand on their head."""
        outputs = [self._model(_batch(line, _DIRECTION_WIDTH_PX, stretch=False)[0])[0, 1] for line in lines]
        return float(np.mean(outputs))


def _batch(line: Pixels, width_px: int, *, stretch: bool) -> tuple[Tensor, int]:
    """The line at 48 pixels of height, zero-padded to `width_px`, and its own width; a longer one makes the batch
    wider or is shrunk to it."""
    width = max(1, round(line.shape[1] * _HEIGHT_PX / line.shape[0]))
    widest = max(width_px, width) if stretch else width_px
    own = min(width, widest)
    batch = np.zeros((1, 3, _HEIGHT_PX, widest), np.float32)
    batch[0, :, :, :own] = cv2.resize(line, (own, _HEIGHT_PX)).transpose(2, 0, 1) / np.float32(127.5) - 1
    return batch, own
