"""Photos of flat things on a desk, as a phone takes them: turned, tilted, shaded, blurred, grained, compressed."""

import io
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
_PHOTO_PX: Final = (1280, 960)
_DESKS: Final = ((96, 74, 58), (60, 62, 66), (150, 140, 126), (38, 44, 60), (176, 178, 180))


@dataclass(frozen=True, slots=True)
class Shot:
    """How a photo is taken; the defaults are a good one."""

    width_px: int = 1000
    """Of the card in the photo."""
    quarter_turns: int = 0
    turn_degrees: float = 0.0
    tilt: float = 0.0
    """How far corners leave their place, as a share of the card's width."""
    blur_px: float = 0.6
    noise: float = 2.0
    shadow: float = 0.0
    """Share of light that a shadow across the card takes away."""
    jpeg_quality: int = 85
    shift_px: tuple[int, int] = (0, 0)
    seed: int = 0


def random_shot(seed: int) -> Shot:
    """Half to full scale, up to 15 degrees and any quarter turn, JPEG 45 to 85; everything at once."""
    random = np.random.default_rng([7, seed])
    width_px = int(random.integers(520, 1040))
    return Shot(
        width_px=width_px,
        quarter_turns=int(random.choice([0, 0, 0, 1, 2, 3])),
        turn_degrees=float(random.uniform(-15, 15)),
        tilt=float(random.uniform(0, 0.035)),
        blur_px=float(random.uniform(0.3, 0.7 + width_px / 1300)),
        noise=float(random.uniform(1, 9)),
        shadow=float(random.choice([0.0, 0.0, random.uniform(0.2, 0.6)])),
        jpeg_quality=int(random.integers(45, 86)),
        seed=seed,
    )


def photo_of(thing: Image.Image, shot: Shot) -> bytes:
    """A JPEG of 1280 × 960 with the thing on a desk; the same shot gives the same bytes."""
    random = np.random.default_rng([11, shot.seed])
    pixels = _placed(np.asarray(thing), shot, random)
    if shot.shadow:
        pixels = _shaded(pixels, shot.shadow, random)
    pixels = cv2.GaussianBlur(pixels, (0, 0), shot.blur_px) if shot.blur_px else pixels
    grained = np.clip(pixels + random.normal(0, shot.noise, pixels.shape), 0, 255).astype(np.uint8)
    output = io.BytesIO()
    Image.fromarray(np.rot90(grained, shot.quarter_turns)).save(output, "JPEG", quality=shot.jpeg_quality)
    return output.getvalue()


def _placed(thing: Pixels, shot: Shot, random: np.random.Generator) -> Pixels:
    """The thing on its desk, in perspective."""
    height, width = thing.shape[:2]
    size = np.array([shot.width_px, shot.width_px * height / width], np.float32)
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], np.float32) * size / 2
    corners += random.uniform(-1, 1, (4, 2)) * shot.tilt * shot.width_px
    turn = np.deg2rad(shot.turn_degrees)
    turned = corners @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    target = (turned + np.array(_PHOTO_PX) / 2 + shot.shift_px).astype(np.float32)
    # Shrunk first: warping a picture several times as large would alias the strokes.
    small = cv2.resize(thing, (round(size[0]), round(size[1])), interpolation=cv2.INTER_AREA)
    source = np.array([(0, 0), (size[0], 0), (size[0], size[1]), (0, size[1])], np.float32)
    warp = cv2.getPerspectiveTransform(source, target)
    placed = cv2.warpPerspective(small, warp, _PHOTO_PX, flags=cv2.INTER_LINEAR)
    where = cv2.warpPerspective(np.full(small.shape[:2], 255, np.uint8), warp, _PHOTO_PX)
    return np.where(where[:, :, None] > 127, placed, _desk(random)).astype(np.uint8)


def _desk(random: np.random.Generator) -> Pixels:
    """One colour with a soft grain along the boards."""
    width, height = _PHOTO_PX
    colour = np.array(_DESKS[int(random.integers(len(_DESKS)))], np.float32)
    grain = cv2.GaussianBlur(random.normal(0, 40, (height, width)).astype(np.float32), (0, 0), sigmaX=25, sigmaY=1)
    return np.clip(colour + grain[:, :, None], 0, 255).astype(np.uint8)


def _shaded(pixels: Pixels, depth: float, random: np.random.Generator) -> Pixels:
    """A soft-edged shadow over one side of the photo."""
    height, width = pixels.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = float(random.uniform(0, 2 * np.pi))
    along = (x - width / 2) * np.cos(angle) + (y - height / 2) * np.sin(angle)
    light = 1 - depth / (1 + np.exp(-along / 40))
    return np.clip(pixels * light[:, :, None], 0, 255).astype(np.uint8)
