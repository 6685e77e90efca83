"""A plate's own outline, from the paint of its ground: for boxes that end too early, lean, or lie in perspective."""

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.pixels import Pixels
from recognition.plates.colour import chroma
from recognition.plates.text_detection import TextBox

Corners = NDArray[np.float32]
"""4 × 2, from the top left, clockwise."""

_WORKING_HEIGHT_PX: Final = 48
"""The box's height in the picture in which its outline is sought."""
_REACH_ACROSS: Final = 1.6
_REACH_UP: Final = 0.8
"""How far around the box the outline is sought, in heights of the box."""
_HUE_WITHIN: Final = 12
_VIVID_AT: Final = 20
_FILLED_AT: Final = 0.8
"""Share of the outline's four-cornered shape that is paint, characters filled in; a car's body fills less."""
_SMOOTHED_PX: Final = 1.5
_ASPECTS: Final = (1.4, 6.5)
_LARGEST: Final = 5.0
"""Area of the outline over the box's; more is no plate but what it is screwed to."""
_SHEARS: Final = (-0.3, 0.3)
_LINE_HEIGHT_PX: Final = 48
_LINE_WIDTHS_PX: Final = (140, 210)
"""A little less than a plate of 440 × 140 mm has, to a little more than one of 480 × 140 mm and its rim."""


def outlined(pixels: Pixels, box: TextBox) -> Corners | None:
    """The corners of the painted plate around a box of text, in pixels of the picture; None if it has no outline."""
    local, back = _surroundings(pixels, box)
    shape = _painted_shape(local)
    if shape is None:
        return None
    corners = _four_corners(shape)
    return None if corners is None else cv2.transform(corners[None], back)[0].astype(np.float32)


def straightened(pixels: Pixels, corners: Corners, beyond: tuple[float, float] = (0, 0)) -> Pixels:
    """What lies within four corners, as a level line of text in its own proportions.

    `beyond` is how far around it to cut, across and up, in heights of the plate; negative ones cut inwards.
    """
    top, right, bottom, left = (float(np.linalg.norm(corners[i] - corners[(i + 1) % 4])) for i in range(4))
    # A plate seen from the side is narrower than it is: never less than what a plate is in itself.
    width = np.clip((top + bottom) / max(left + right, 1) * _LINE_HEIGHT_PX, *_LINE_WIDTHS_PX)
    across, up = (share * _LINE_HEIGHT_PX for share in beyond)
    size = (round(float(width) + 2 * across), round(_LINE_HEIGHT_PX + 2 * up))
    edges = (across, up, size[0] - across, size[1] - up)
    target = np.array([edges[:2], (edges[2], edges[1]), edges[2:], (edges[0], edges[3])], np.float32)
    turn = cv2.getPerspectiveTransform(corners, target)
    return np.asarray(cv2.warpPerspective(pixels, turn, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def sheared(pixels: Pixels, box: TextBox) -> Iterator[Pixels]:
    """The box upright again after it leant to either side, for plates whose outline does not show."""
    top_left, top_right, bottom_right, bottom_left = box.corners
    along = (top_right - top_left) / box.width * box.height
    for shear in _SHEARS:
        shift = along * shear / 2
        leaning = [top_left + shift, top_right + shift, bottom_right - shift, bottom_left - shift]
        yield straightened(pixels, np.array(leaning, np.float32))


def _surroundings(pixels: Pixels, box: TextBox) -> tuple[Pixels, NDArray[np.float64]]:
    """The box and what is around it, level and at the working height, and the way back to the picture.

    What lies outside the picture is black, which is no paint.
    """
    scale = _WORKING_HEIGHT_PX / box.height
    size = (
        round((box.width + 2 * _REACH_ACROSS * box.height) * scale),
        round((1 + 2 * _REACH_UP) * _WORKING_HEIGHT_PX),
    )
    turn = cv2.getRotationMatrix2D((box.centre_x, box.centre_y), box.angle, scale)
    turn[:, 2] = turn[:, 2] + np.array(size) / 2 - (box.centre_x, box.centre_y)
    local = cv2.warpAffine(pixels, turn, size, flags=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return np.asarray(local, np.uint8), cv2.invertAffineTransform(turn).astype(np.float64)


def _painted_shape(local: Pixels) -> NDArray[np.int32] | None:
    """The outer contour of the paint that the middle of the picture has, characters filled in."""
    height, width = local.shape[:2]
    hue = cv2.cvtColor(local, cv2.COLOR_BGR2HSV)[:, :, 0].astype(np.int16)
    vividness = chroma(local)
    up, across = round(_REACH_UP * _WORKING_HEIGHT_PX), round(_REACH_ACROSS * _WORKING_HEIGHT_PX)
    middle = np.s_[up : height - up, across : width - across]
    inside = vividness[middle] > _VIVID_AT
    if inside.mean() < 0.2:
        return None
    ground = np.median(hue[middle][inside])
    # Half as vivid as the plate is already the blur of its rim.
    half = max(float(_VIVID_AT), float(np.median(vividness[middle][inside])) / 2)
    paint = (np.abs(hue - ground) <= _HUE_WITHIN) & (vividness > half)
    closed = cv2.morphologyEx(paint.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((9, 13), np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    contours, _ = cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    centre = (width / 2, height / 2)
    around = [np.asarray(c, np.int32) for c in contours if cv2.pointPolygonTest(c, centre, True) > -across / 4]
    largest = max(around, key=cv2.contourArea, default=None)
    box_area = (height - 2 * up) * (width - 2 * across)
    if largest is None or not 0.4 < cv2.contourArea(largest) / box_area < _LARGEST:
        return None
    return largest


def _four_corners(shape: NDArray[np.int32]) -> Corners | None:
    """The four-cornered shape around a contour, if it fits one that a plate may have."""
    hull = cv2.approxPolyDP(cv2.convexHull(shape), _SMOOTHED_PX, True).reshape(-1, 2).astype(np.float32)
    while len(hull) > 4:
        shorter = min(_without_an_edge(hull), key=cv2.contourArea, default=None)
        if shorter is None:
            return None
        hull = shorter
    if len(hull) != 4 or cv2.contourArea(shape) < _FILLED_AT * cv2.contourArea(hull):
        return None
    corners = in_order(hull)
    top, right, bottom, left = (float(np.linalg.norm(corners[i] - corners[(i + 1) % 4])) for i in range(4))
    return corners if _ASPECTS[0] < (top + bottom) / max(left + right, 1) < _ASPECTS[1] else None


def _without_an_edge(polygon: Corners) -> Iterator[Corners]:
    """For each edge, the convex polygon without it, the edges beside it drawn on until they meet."""
    for i in range(len(polygon)):
        before, start, end, after = (polygon[(i + step) % len(polygon)] for step in (-1, 0, 1, 2))
        sides = np.array([start - before, end - after], np.float64).T
        if abs(np.linalg.det(sides)) < 1e-6:
            continue
        forth, back = np.linalg.solve(sides, (end - start).astype(np.float64))
        # Behind both ends, or the edges part instead of meeting.
        if forth > 0 and back < 0:
            meeting = (start + forth * (start - before)).astype(np.float32)
            rest = [polygon[(i + step) % len(polygon)] for step in range(2, len(polygon))]
            yield np.array([meeting, *rest], np.float32)


def in_order(corners: Corners) -> Corners:
    """From the top left, clockwise: the two leftmost are the left edge, unless the plate stands on its head."""
    by_x = corners[np.argsort(corners[:, 0])]
    left, right = (side[np.argsort(side[:, 1])] for side in (by_x[:2], by_x[2:]))
    return np.array([left[0], right[0], right[1], left[1]], np.float32)
