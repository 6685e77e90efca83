"""Rendered gate scenes: a car on a road with a plate in the geometry and colours of GA 36-2018.

Plates are drawn in millimetres, characters in fixed cells, then put on a car in perspective, blurred and
grained as a gate camera does. The same text and seed give the same bytes.
"""

import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from recognition.contracts import PlateColour

FONT: Final = Path(__file__).with_name("fonts") / "NotoSansSC-Bold-subset.otf"

_PX_PER_MM: Final = 2
_HEIGHT_MM: Final = 140
_CHARACTER_MM: Final = 90
_TOP_MM: Final = 25
_LEFT_MM: Final = 15.5
_SEVEN: Final = (440, 45, 12, 34)
"""Plate width, character width, gap, and gap behind the office's letter, all in millimetres."""
_EIGHT: Final = (480, 43, 9, 49)
_GROUNDS: Final = {
    PlateColour.BLUE: ((20, 60, 170), (20, 60, 170)),
    PlateColour.YELLOW: ((245, 190, 30), (245, 190, 30)),
    PlateColour.GREEN: ((225, 240, 225), (60, 190, 110)),
    PlateColour.WHITE: ((240, 240, 240), (240, 240, 240)),
    PlateColour.BLACK: ((20, 20, 20), (20, 20, 20)),
}
_WHITE_INK: Final = {PlateColour.BLUE, PlateColour.BLACK}
_BODIES: Final = ((150, 152, 156), (30, 32, 36), (225, 226, 228), (120, 20, 24), (60, 66, 74))

SIZE_PX: Final = (1280, 960)
_PLATE_WIDTH_PX: Final = 210


@cache
def gate_scene(text: str, *, seed: int = 0, ground: PlateColour | None = None) -> bytes:
    """A JPEG of 1280 × 960 as a gate camera takes it; the ground follows from the text unless given."""
    random = np.random.default_rng(seed)
    scene = road(random)
    centre = draw_car(scene, random)
    pixels = _with_plate(np.asarray(scene), plate_picture(text, ground), centre, random)
    return _photographed(pixels, random)


def plate_picture(text: str, ground: PlateColour | None = None) -> Image.Image:
    """The plate alone, two pixels a millimetre."""
    colour = ground or _usual_ground(text)
    width_mm = (_EIGHT if len(text) == 8 else _SEVEN)[0]
    plate = _ground(colour, width_mm)
    ink = "white" if colour in _WHITE_INK else "black"
    for character, left_mm, cell_mm in _cells(text):
        glyph = _glyph(character, round(cell_mm * _PX_PER_MM), _CHARACTER_MM * _PX_PER_MM)
        plate.paste(Image.new("RGB", glyph.size, "red" if character == "警" else ink), _at(left_mm, _TOP_MM), glyph)
    _draw_frame(plate, ink, dotted=len(text) == 7)
    return plate


def two_row_plate(text: str, ground: PlateColour) -> Image.Image:
    """A plate of 440 × 220 mm: all but the last five characters above, low and wide; two pixels a millimetre."""
    plate = Image.new("RGB", (440 * _PX_PER_MM, 220 * _PX_PER_MM), _GROUNDS[ground][0])
    ink = "white" if ground in _WHITE_INK else "black"
    upper = text[:-5]
    start = 220 - (len(upper) * 105 - 25) / 2
    cells = [(c, start + 105 * i, 15, 80, 60) for i, c in enumerate(upper)]
    cells += [(c, 27.5 + 80 * i, 90, 65, 110) for i, c in enumerate(text[-5:])]
    for character, left_mm, top_mm, width_mm, height_mm in cells:
        glyph = _glyph(character, width_mm * _PX_PER_MM, height_mm * _PX_PER_MM)
        plate.paste(Image.new("RGB", glyph.size, ink), _at(left_mm, top_mm), glyph)
    _draw_frame(plate, ink, dotted=False)
    return plate


def _usual_ground(text: str) -> PlateColour:
    if len(text) == 8:
        return PlateColour.GREEN
    return {"警": PlateColour.WHITE, "学": PlateColour.YELLOW, "挂": PlateColour.YELLOW}.get(text[-1], PlateColour.BLUE)


def _cells(text: str) -> Iterator[tuple[str, float, float]]:
    """Each character with the left edge and the width of its cell, in millimetres."""
    _, width, gap, gap_behind_office = _EIGHT if len(text) == 8 else _SEVEN
    left = _LEFT_MM
    for place, character in enumerate(text):
        own = 45 if place == 0 else width
        yield character, left, own
        left += own + (gap_behind_office if place == 1 else gap)


def _ground(colour: PlateColour, width_mm: int) -> Image.Image:
    """One colour, or on green plates white running into green."""
    top, bottom = (np.array(end, np.float32) for end in _GROUNDS[colour])
    rows = np.linspace(0, 1, _HEIGHT_MM * _PX_PER_MM)[:, None]
    column = (top * (1 - rows) + bottom * rows).astype(np.uint8)
    return Image.fromarray(np.repeat(column[:, None], width_mm * _PX_PER_MM, axis=1))


def _glyph(character: str, width: int, height: int) -> Image.Image:
    """The character's ink, drawn into its cell; narrow ones keep their shape."""
    left, top, right, bottom = _font().getbbox(character)
    ink = Image.new("L", (int(right - left), int(bottom - top)))
    ImageDraw.Draw(ink).text((-left, -top), character, fill=255, font=_font())
    own = min(width, round(ink.width * height / ink.height * 0.9))
    cell = Image.new("L", (width, height))
    cell.paste(ink.resize((own, height), Image.Resampling.LANCZOS), ((width - own) // 2, 0))
    return cell


@cache
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, 200)


def _at(x_mm: float, y_mm: float) -> tuple[int, int]:
    return round(x_mm * _PX_PER_MM), round(y_mm * _PX_PER_MM)


def _draw_frame(plate: Image.Image, ink: str, *, dotted: bool) -> None:
    """The rim, and on seven-character plates the dot behind the office's letter."""
    draw = ImageDraw.Draw(plate)
    draw.rounded_rectangle((8, 8, plate.width - 9, plate.height - 9), radius=18, outline=ink, width=4)
    if dotted:
        x, y = _at(134.5, _HEIGHT_MM / 2)
        draw.ellipse((x - 10, y - 10, x + 10, y + 10), fill=ink)


def road(random: np.random.Generator) -> Image.Image:
    """Sky, asphalt and kerb lines, each in a light of its own."""
    width, height = SIZE_PX
    scene = Image.new("RGB", SIZE_PX, (170, 185, 200))
    draw = ImageDraw.Draw(scene)
    shade = int(random.integers(80, 115))
    draw.rectangle((0, int(height * 0.3), width, height), fill=(shade, shade, shade + 4))
    draw.polygon([(80, height), (140, height), (470, 290), (460, 290)], fill=(210, 210, 205))
    draw.polygon([(width - 140, height), (width - 80, height), (820, 290), (810, 290)], fill=(210, 210, 205))
    return scene


def draw_car(
    scene: Image.Image, random: np.random.Generator, body: tuple[int, int, int] | None = None
) -> tuple[float, float]:
    """A car from the front, of a colour of its own unless given; returns where its plate belongs."""
    draw = ImageDraw.Draw(scene)
    x, y = 640 + int(random.integers(-60, 60)), 560 + int(random.integers(-30, 30))
    drawn = _BODIES[int(random.integers(len(_BODIES)))]
    body = body or drawn
    draw.rectangle((x - 310, y + 150, x - 220, y + 260), fill=(18, 18, 18))
    draw.rectangle((x + 220, y + 150, x + 310, y + 260), fill=(18, 18, 18))
    draw.polygon([(x - 230, y - 60), (x - 160, y - 230), (x + 160, y - 230), (x + 230, y - 60)], fill=body)
    draw.polygon([(x - 200, y - 65), (x - 140, y - 210), (x + 140, y - 210), (x + 200, y - 65)], fill=(45, 60, 70))
    draw.rounded_rectangle((x - 320, y - 60, x + 320, y + 220), radius=50, fill=body)
    draw.rounded_rectangle((x - 150, y, x + 150, y + 70), radius=16, fill=(22, 22, 24))
    for side in (-1, 1):
        draw.ellipse((x + side * 235 - 60, y - 15, x + side * 235 + 60, y + 50), fill=(235, 235, 225))
    return x, y + 140


def _with_plate(
    scene: NDArray[np.uint8], plate: Image.Image, centre: tuple[float, float], random: np.random.Generator
) -> NDArray[np.uint8]:
    """The scene with the plate in slight perspective, as a camera beside the lane sees it."""
    width = _PLATE_WIDTH_PX * plate.width / 880
    height = _PLATE_WIDTH_PX * plate.height / 880
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], np.float32) * (width / 2, height / 2)
    return put_on(scene, plate, np.array(centre) + corners + random.uniform(-4, 4, (4, 2)))


def put_on(scene: NDArray[np.uint8], plate: Image.Image, target: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    """The scene with the plate between four corners, from the top left, clockwise."""
    source = np.array([(0, 0), (plate.width, 0), (plate.width, plate.height), (0, plate.height)], np.float32)
    # Shrunk before it is turned: interpolating a picture four times as large would alias the strokes.
    soft = np.asarray(plate.filter(ImageFilter.GaussianBlur(1.6)))
    turn = cv2.getPerspectiveTransform(source, target.astype(np.float32))
    placed = cv2.warpPerspective(soft, turn, SIZE_PX, flags=cv2.INTER_AREA)
    where = cv2.warpPerspective(np.full(soft.shape[:2], 255, np.uint8), turn, SIZE_PX)
    return np.where(where[:, :, None] > 127, placed, scene).astype(np.uint8)


def _photographed(pixels: NDArray[np.uint8], random: np.random.Generator) -> bytes:
    """Lens blur, grain, exposure and JPEG."""
    light = float(random.uniform(0.8, 1.1))
    grain = random.normal(0, 4, pixels.shape)
    exposed = np.clip(cv2.GaussianBlur(pixels, (0, 0), 0.8) * light + grain, 0, 255).astype(np.uint8)
    output = io.BytesIO()
    Image.fromarray(exposed).save(output, "JPEG", quality=85)
    return output.getvalue()
