"""Drawn faces: persons who do not exist, for detectors that need a face and for pages that show one.

dlib takes `FATHER` and `MOTHER` for two persons, `FATHER` and `GRANDMOTHER` for a question, and each for himself.
"""

import io
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from PIL import Image

from recognition.pixels import Pixels

Colour = tuple[int, int, int]
Share = tuple[float, float]

_FINER: Final = 3
"""Drawn so many times as large and shrunk, so that lines have soft edges."""
_WALL: Final[Colour] = (205, 200, 190)
_COAT: Final[Colour] = (90, 60, 50)
_WHITE: Final[Colour] = (235, 235, 235)
_IRIS: Final[Colour] = (40, 30, 25)
_FRAME: Final[Colour] = (40, 40, 60)
_LIPS: Final[Colour] = (95, 95, 175)
_MIDDLE: Final = 0.5
_CHEEKS: Final = 0.52
_EYES: Final = 0.475
_NOSE: Final = 0.592
_MOUTH: Final = 0.675
_SIDES: Final = (-1, 1)


@dataclass(frozen=True, slots=True)
class Looks:
    """What a drawn person looks like; lengths in sides of the picture, colours blue first."""

    skin: Colour = (150, 180, 225)
    hair: Colour = (25, 22, 24)
    width: float = 0.215
    height: float = 0.3
    eyes_apart: float = 0.088
    eye: float = 0.018
    brow: float = 0.014
    nose: float = 0.04
    mouth: float = 0.078
    lips: float = 0.022
    beard: bool = False
    glasses: bool = False
    long_hair: bool = False


TEACHER: Final = Looks()
GRANDMOTHER: Final = Looks(
    skin=(165, 190, 228),
    hair=(190, 190, 190),
    width=0.235,
    height=0.275,
    eyes_apart=0.084,
    eye=0.013,
    brow=0.008,
    nose=0.05,
    mouth=0.07,
    lips=0.012,
    glasses=True,
)
FATHER: Final = Looks(
    skin=(105, 140, 190),
    width=0.225,
    height=0.31,
    eye=0.015,
    brow=0.022,
    nose=0.052,
    mouth=0.085,
    lips=0.016,
    beard=True,
)
MOTHER: Final = Looks(
    skin=(175, 200, 240),
    hair=(20, 20, 30),
    width=0.195,
    height=0.295,
    eyes_apart=0.09,
    eye=0.024,
    brow=0.007,
    nose=0.032,
    mouth=0.062,
    lips=0.03,
    long_hair=True,
)


def portrait(looks: Looks, side_px: int = 400, *, seed: int = 0) -> Pixels:
    """A square picture, blue first; another seed is other noise of the camera."""
    canvas = _Canvas(side_px)
    _body(canvas, looks)
    _head(canvas, looks)
    for side in _SIDES:
        _eye(canvas, looks, _MIDDLE + side * looks.eyes_apart, side)
    if looks.glasses:
        inner = looks.eyes_apart - 0.07
        canvas.stroke((_MIDDLE - inner, _EYES), (_MIDDLE + inner, _EYES), _FRAME, 0.008)
    _nose_and_mouth(canvas, looks)
    return _photographed(canvas.pixels, side_px, seed)


def portrait_jpeg(looks: Looks, side_px: int = 400, *, seed: int = 0) -> bytes:
    """The same as a camera would send it."""
    output = io.BytesIO()
    Image.fromarray(portrait(looks, side_px, seed=seed)[:, :, ::-1]).save(output, "JPEG", quality=92)
    return output.getvalue()


class _Canvas:
    """A square that is painted in shares of its side."""

    def __init__(self, side_px: int) -> None:
        self._side = side_px * _FINER
        self.pixels: Pixels = np.full((self._side, self._side, 3), _WALL, np.uint8)

    def oval(
        self, at: Share, size: Share, colour: Colour, *, lean: float = 0, upper: bool = False, line: float = 0
    ) -> None:
        start, width = (180 if upper else 0), (round(line * self._side) or -1)
        cv2.ellipse(self.pixels, self._px(at), self._px(size), lean, start, 360, colour, width, cv2.LINE_AA)

    def stroke(self, start: Share, end: Share, colour: Colour, width: float) -> None:
        cv2.line(self.pixels, self._px(start), self._px(end), colour, round(width * self._side), cv2.LINE_AA)

    def _px(self, share: Share) -> tuple[int, int]:
        return round(share[0] * self._side), round(share[1] * self._side)


def _body(canvas: _Canvas, looks: Looks) -> None:
    if looks.long_hair:
        canvas.oval((_MIDDLE, _CHEEKS + 0.12), (looks.width + 0.07, 0.42), looks.hair)
    canvas.oval((_MIDDLE, 1.06), (0.36, 0.22), _COAT)
    canvas.stroke((_MIDDLE, 0.72), (_MIDDLE, 0.88), _shaded(looks.skin, 0.72), 0.17)


def _head(canvas: _Canvas, looks: Looks) -> None:
    canvas.oval((_MIDDLE, _CHEEKS - 0.07), (looks.width + 0.035, looks.height + 0.01), looks.hair)
    for side in _SIDES:
        canvas.oval((_MIDDLE + side * looks.width, _CHEEKS), (0.025, 0.06), _shaded(looks.skin, 0.72))
    canvas.oval((_MIDDLE, _CHEEKS), (looks.width, looks.height), looks.skin)
    canvas.oval((_MIDDLE, _CHEEKS - looks.height * 0.95), (looks.width * 0.95, looks.height * 0.38), looks.hair)
    if looks.beard:
        canvas.oval((_MIDDLE, _CHEEKS + 0.19), (looks.width * 0.75, 0.12), _shaded(looks.hair, 1.6))


def _eye(canvas: _Canvas, looks: Looks, x: float, side: int) -> None:
    canvas.oval((x, _EYES), (0.062, 0.04), _shaded(looks.skin, 0.72))
    canvas.oval((x, _EYES - 0.06), (0.06, looks.brow), looks.hair, lean=side * 6)
    canvas.oval((x, _EYES), (0.04, looks.eye), _WHITE)
    canvas.oval((x, _EYES), (0.0165, min(looks.eye, 0.0175)), _IRIS)
    canvas.oval((x + 0.004, _EYES - 0.005), (0.004, 0.004), (255, 255, 255))
    canvas.oval((x, _EYES - 0.004), (0.043, looks.eye + 0.002), _IRIS, upper=True, line=0.007)
    if looks.glasses:
        canvas.oval((x, _EYES), (0.07, 0.058), _FRAME, line=0.008)


def _nose_and_mouth(canvas: _Canvas, looks: Looks) -> None:
    dark = _shaded(looks.skin, 0.72)
    canvas.stroke((_MIDDLE - 0.02, _EYES - 0.01), (_MIDDLE - looks.nose * 0.8, _NOSE - 0.02), dark, 0.012)
    canvas.oval((_MIDDLE, _NOSE), (looks.nose, 0.024), dark)
    canvas.oval((_MIDDLE, _NOSE - 0.008), (looks.nose * 0.75, 0.022), _shaded(looks.skin, 1.1))
    for side in _SIDES:
        canvas.oval((_MIDDLE + side * looks.nose * 0.55, _NOSE + 0.012), (0.011, 0.007), (45, 45, 70))
    canvas.oval((_MIDDLE, _MOUTH), (looks.mouth, looks.lips), _LIPS)
    canvas.stroke((_MIDDLE - looks.mouth, _MOUTH), (_MIDDLE + looks.mouth, _MOUTH), (50, 45, 90), 0.006)


def _shaded(colour: Colour, factor: float) -> Colour:
    blue, green, red = (min(255, round(part * factor)) for part in colour)
    return blue, green, red


def _photographed(pixels: Pixels, side_px: int, seed: int) -> Pixels:
    """Light from one side, a lens that is not perfect, noise."""
    small = cv2.resize(pixels, (side_px, side_px), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), side_px / 250).astype(np.float32)
    light = np.linspace(1.08, 0.9, side_px)[None, :, None]
    noise = np.random.default_rng(seed).normal(0, 3, soft.shape)
    return np.clip(soft * light + noise, 0, 255).astype(np.uint8)
