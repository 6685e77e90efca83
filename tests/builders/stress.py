"""Hard gate scenes in groups, as `python -m tests.builders.stress FOLDER N --first-seed S` writes them.

One folder a group, the truth in each file's name, as `make accuracy DIR=FOLDER` reads it; `none` names pictures without
a plate. Round after round each group gets one picture, and each seed gives the same bytes. The font is not the one that
plates are stamped in and the cars are drawn: figures from here compare mechanisms, they do not foretell a street.
"""

import argparse
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from recognition.contracts import PlateColour
from recognition.plates.grammar import DIGITS, ENERGY_LETTERS, PROVINCES, SERIAL_LETTERS
from tests.builders.scenes import SIZE_PX, draw_car, plate_picture, put_on, road, two_row_plate

Pixels = NDArray[np.uint8]
Random = np.random.Generator

NO_PLATE: Final = "none"
_FULL_WIDTH_PX: Final = 880
"""Of a plate of 440 mm as `plate_picture` draws it."""
_EYE: Final = 9.0
"""Distance of the camera, in widths of the plate."""
_SLOGANS: Final = ("减速慢行停车收", "欢迎光临小区入", "公司出入口限行", "12345678", "A66778", "停车收费")
_BOARDS: Final = (PlateColour.BLUE, PlateColour.GREEN, PlateColour.YELLOW, PlateColour.WHITE)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is screwed to the car, and the plate that it is (`NO_PLATE` for a board)."""

    truth: str
    picture: Image.Image


@dataclass(frozen=True, slots=True)
class View:
    """How a plate is photographed: degrees, pixels of the photo, and shares of full light."""

    width_px: float
    roll: float = 0
    yaw: float = 0
    pitch: float = 0
    blur_px: float = 0.7
    motion_px: int = 0
    motion_degrees: float = 0
    light_0_1: float = 1
    lamps: bool = False
    grain: float = 4
    rain: int = 0
    shadow: bool = False
    colour: bool = True
    jpeg_quality: int = 85
    body: tuple[int, int, int] | None = None


def photograph(subject: Subject, view: View, random: Random) -> bytes:
    """A JPEG of the subject on a car."""
    scene = road(random)
    centre = draw_car(scene, random, view.body)
    picture = _shadowed(subject.picture, random) if view.shadow else subject.picture
    pixels = put_on(np.asarray(scene), picture, _corners(picture, view) + np.array(centre))
    pixels = _weathered(_lit(pixels, view, centre, random), view, random)
    pixels = _blurred(pixels, view)
    grained = pixels + random.standard_normal(pixels.shape, np.float32) * view.grain
    seen = Image.fromarray(np.clip(grained, 0, 255).astype(np.uint8))
    output = io.BytesIO()
    (seen if view.colour else seen.convert("L").convert("RGB")).save(output, "JPEG", quality=view.jpeg_quality)
    return output.getvalue()


def _corners(picture: Image.Image, view: View) -> NDArray[np.float64]:
    """The plate's corners around its centre, turned in space and seen from `_EYE` widths away."""
    across, down = picture.width / _FULL_WIDTH_PX / 2, picture.height / _FULL_WIDTH_PX / 2
    flat = np.array([(-across, -down, 0), (across, -down, 0), (across, down, 0), (-across, down, 0)])
    roll, yaw, pitch = np.deg2rad((view.roll, view.yaw, view.pitch))
    about_z = np.array([(np.cos(roll), -np.sin(roll), 0), (np.sin(roll), np.cos(roll), 0), (0, 0, 1)])
    about_y = np.array([(np.cos(yaw), 0, np.sin(yaw)), (0, 1, 0), (-np.sin(yaw), 0, np.cos(yaw))])
    about_x = np.array([(1, 0, 0), (0, np.cos(pitch), -np.sin(pitch)), (0, np.sin(pitch), np.cos(pitch))])
    turned = flat @ (about_z @ about_y @ about_x).T
    seen: NDArray[np.float64] = turned[:, :2] * (_EYE / (_EYE + turned[:, 2:])) * view.width_px
    return seen


def _shadowed(picture: Image.Image, random: Random) -> Image.Image:
    """A hard shadow across part of the plate, and sun on the rest."""
    pixels = np.asarray(picture).astype(np.float32)
    rows, columns = np.mgrid[0 : picture.height, 0 : picture.width]
    edge = random.uniform(0.2, 0.8) * picture.width
    dark = columns + random.uniform(-1.5, 1.5) * (rows - picture.height / 2) > edge
    light = np.where(dark, random.uniform(0.25, 0.45), random.uniform(1.1, 1.4))
    return Image.fromarray(np.clip(pixels * light[:, :, None], 0, 255).astype(np.uint8))


def _lit(pixels: Pixels, view: View, at: tuple[float, float], random: Random) -> NDArray[np.float32]:
    """Exposure, and at night the glow of the headlamps beside the plate."""
    lit = pixels.astype(np.float32) * view.light_0_1
    if view.lamps:
        glow = np.zeros(pixels.shape[:2], np.float32)
        for side in (-1, 1):
            cv2.circle(glow, (round(at[0] + side * 235), round(at[1] - 122)), 45, 255, cv2.FILLED)
        lit += (cv2.GaussianBlur(glow, (0, 0), random.uniform(25, 60)) * 1.5 + glow)[:, :, None]
    return np.minimum(lit, 255)


def _weathered(pixels: NDArray[np.float32], view: View, random: Random) -> NDArray[np.float32]:
    """Streaks of rain before the lens, and the grey that they lay over everything."""
    if not view.rain:
        return pixels
    streaks = np.zeros(pixels.shape[:2], np.float32)
    slant = random.uniform(-0.3, 0.3)
    for _ in range(view.rain):
        x, y, length = (int(v) for v in random.uniform((0, 0, 12), (*SIZE_PX, 45)))
        cv2.line(streaks, (x, y), (round(x + slant * length), y + length), float(random.uniform(40, 130)), 1)
    veiled = pixels * 0.8 + 28
    return np.asarray(veiled + cv2.GaussianBlur(streaks, (0, 0), 0.7)[:, :, None], np.float32)


def _blurred(pixels: NDArray[np.float32], view: View) -> NDArray[np.float32]:
    """Out of focus, and moved while the shutter was open."""
    soft = cv2.GaussianBlur(pixels, (0, 0), view.blur_px)
    if view.motion_px < 2:
        return np.asarray(soft, np.float32)
    size = view.motion_px | 1
    way = np.zeros((size, size), np.float32)
    way[size // 2] = 1
    turn = cv2.getRotationMatrix2D((size // 2, size // 2), view.motion_degrees, 1)
    way = np.asarray(cv2.warpAffine(way, turn, (size, size)), np.float32)
    return np.asarray(cv2.filter2D(soft, -1, way / way.sum()), np.float32)


def _of(random: Random, symbols: str, count: int = 1) -> str:
    return "".join(symbols[int(i)] for i in random.integers(len(symbols), size=count))


def _serial(random: Random, count: int = 5) -> str:
    """Digits, two of them letters at most, as offices issue them."""
    places = random.permutation(count)[: int(random.integers(3))]
    return "".join(_of(random, SERIAL_LETTERS if i in places else DIGITS) for i in range(count))


def _civil(random: Random, turn: int) -> str:
    """Every province in its turn."""
    return PROVINCES[turn % len(PROVINCES)] + _of(random, "ABCDEFGHJK")


def _small(random: Random, turn: int) -> Subject:
    """Mostly blue plates, every fourth a green one."""
    start = _civil(random, turn)
    green = start + _of(random, ENERGY_LETTERS) + _of(random, DIGITS, 5)
    text = green if turn % 4 == 3 else start + _serial(random)
    return Subject(text, plate_picture(text))


def _special(random: Random, turn: int) -> Subject:
    """The rarer kinds, each in its turn, one row or two."""
    one_row: list[tuple[Callable[[], str], PlateColour]] = [
        (lambda: _civil(random, turn) + _serial(random), PlateColour.YELLOW),
        (lambda: _civil(random, turn) + _of(random, DIGITS, 5) + _of(random, ENERGY_LETTERS), PlateColour.YELLOW),
        (lambda: _civil(random, turn) + _serial(random, 4) + "警", PlateColour.WHITE),
        (lambda: _civil(random, turn) + _serial(random, 4) + "学", PlateColour.YELLOW),
        (lambda: _civil(random, turn) + _serial(random, 4) + "挂", PlateColour.YELLOW),
        (lambda: "粤Z" + _serial(random, 4) + _of(random, "港澳"), PlateColour.BLACK),
        (lambda: _civil(random, turn) + _of(random, DIGITS, 4) + "领", PlateColour.BLACK),
        (lambda: "使" + _of(random, DIGITS, 6), PlateColour.BLACK),
        (lambda: PROVINCES[turn % 31] + "X" + _of(random, DIGITS, 4) + "应急", PlateColour.WHITE),
        (lambda: "WJ" + PROVINCES[turn % 31] + _of(random, DIGITS, 5), PlateColour.WHITE),
        (lambda: _of(random, "VKHBSLJNGC") + _of(random, "ABCDEF") + _of(random, DIGITS, 5), PlateColour.WHITE),
        (lambda: "民航" + _of(random, DIGITS, 5), PlateColour.GREEN),
    ]
    if turn % 14 >= len(one_row):
        text = _civil(random, turn) + _serial(random)
        return Subject(text, two_row_plate(text, PlateColour.YELLOW))
    text_of, ground = one_row[turn % 14]
    text = text_of()
    return Subject(text, plate_picture(text, ground))


def _muddy(random: Random, turn: int) -> Subject:
    """Mud over a part of one character: what is left is to be read, or to be doubted."""
    subject = _small(random, turn)
    picture = subject.picture.copy()
    x, y = random.uniform(0.05, 0.95) * picture.width, random.uniform(0.3, 0.8) * picture.height
    across, down = random.uniform((25, 30), (50, 70))
    ImageDraw.Draw(picture).ellipse((x - across, y - down, x + across, y + down), fill=(104, 88, 66))
    return Subject(subject.truth, picture)


def _board(random: Random, turn: int) -> Subject:
    """Lettering where a plate would be, which is none."""
    return Subject(NO_PLATE, plate_picture(_SLOGANS[turn % len(_SLOGANS)], _BOARDS[turn // 2 % len(_BOARDS)]))


def _width(random: Random) -> float:
    return float(random.uniform(140, 240))


def _own_colour(random: Random, turn: int) -> View:
    """A car painted as its plate is."""
    return View(_width(random), body=(40, 160, 90) if turn % 4 == 3 else (24, 62, 160))


GROUPS: Final[dict[str, tuple[Callable[[Random, int], Subject], Callable[[Random, int], View]]]] = {
    "plain": (_small, lambda r, _: View(_width(r), roll=r.uniform(-3, 3), yaw=r.uniform(-12, 12))),
    "kinds": (_special, lambda r, _: View(_width(r), roll=r.uniform(-3, 3), yaw=r.uniform(-10, 10))),
    "night": (
        _small,
        lambda r, _: View(_width(r), light_0_1=r.uniform(0.12, 0.35), lamps=True, grain=r.uniform(6, 14), blur_px=1.1),
    ),
    "rain": (_small, lambda r, _: View(_width(r), rain=int(r.integers(1500, 4000)), blur_px=r.uniform(0.8, 1.6))),
    "tilt": (
        _small,
        lambda r, _: View(_width(r), roll=r.uniform(-18, 18), yaw=r.uniform(-48, 48), pitch=r.uniform(-25, 25)),
    ),
    "small": (_small, lambda r, _: View(r.uniform(58, 100), blur_px=0.6, yaw=r.uniform(-10, 10))),
    "motion": (
        _small,
        lambda r, _: View(_width(r), motion_px=int(r.integers(5, 16)), motion_degrees=r.uniform(-90, 90)),
    ),
    "defocus": (_small, lambda r, _: View(w := _width(r), blur_px=w * r.uniform(0.010, 0.022))),
    "mud": (_muddy, lambda r, _: View(_width(r), roll=r.uniform(-4, 4))),
    "shadow": (_small, lambda r, _: View(_width(r), shadow=True, yaw=r.uniform(-15, 15))),
    "own-colour": (_small, _own_colour),
    "jpeg": (_small, lambda r, _: View(r.uniform(90, 150), jpeg_quality=int(r.integers(12, 30)))),
    "infrared": (_small, lambda r, _: View(_width(r), colour=False, grain=8, blur_px=1.0, light_0_1=0.8)),
    "none": (_board, lambda r, _: View(_width(r), roll=r.uniform(-4, 4), yaw=r.uniform(-15, 15))),
}


def write_stress_set(folder: Path, count: int, *, first_seed: int = 0) -> None:
    """`count` pictures, spread evenly over the groups."""
    names = list(GROUPS)
    for number in range(count):
        turn, group = first_seed + number // len(names), names[number % len(names)]
        subject_of, view_of = GROUPS[group]
        random = np.random.default_rng((turn, number % len(names)))
        subject, view = subject_of(random, turn), view_of(random, turn)
        target = folder / group / f"{subject.truth}-{turn}.jpg"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(photograph(subject, view, random))


def main() -> None:
    """Writes into a folder, which is made where it is missing."""
    parser = argparse.ArgumentParser(prog="python -m tests.builders.stress", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--first-seed", type=int, default=0)
    arguments = parser.parse_args()
    write_stress_set(arguments.folder, arguments.count, first_seed=arguments.first_seed)


if __name__ == "__main__":
    main()
