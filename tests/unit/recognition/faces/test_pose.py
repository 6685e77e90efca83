"""Heads turned by known angles are seen to be turned by them."""

import math
from itertools import product

import numpy as np
import pytest

from recognition.contracts import Point
from recognition.faces.pose import NOSE_BASE, NOSE_TIP, Nose, pose_of


def seen(nose: Nose, yaw: float, pitch: float, roll: float, *, eyes_px: float = 80) -> list[Point]:
    """Eyes and nose of a head of average shape that first nods, then turns aside, then leans, from afar."""
    head = np.array([[-0.5, 0, 0], [0.5, 0, 0], [0, nose.below, nose.forward]]) * eyes_px
    up, aside, lean = (math.radians(angle) for angle in (pitch, yaw, roll))
    nod = np.array([[1, 0, 0], [0, math.cos(up), -math.sin(up)], [0, math.sin(up), math.cos(up)]])
    turn = np.array([[math.cos(aside), 0, math.sin(aside)], [0, 1, 0], [-math.sin(aside), 0, math.cos(aside)]])
    tilt = np.array([[math.cos(lean), -math.sin(lean), 0], [math.sin(lean), math.cos(lean), 0], [0, 0, 1]])
    points = head @ (tilt @ turn @ nod).T
    return [(float(x) + 300, float(y) + 200) for x, y, _ in points]


@pytest.mark.parametrize("nose", [NOSE_BASE, NOSE_TIP])
@pytest.mark.parametrize(("yaw", "pitch"), list(product((-40, -15, 0, 15, 40), (-25, 0, 25))))
@pytest.mark.parametrize("roll", [-30, 0, 20])
def test_a_turned_head_is_seen_as_it_is(nose: Nose, yaw: float, pitch: float, roll: float) -> None:
    found = pose_of(*seen(nose, yaw, pitch, roll), nose)
    assert (found.yaw, found.pitch, found.roll) == pytest.approx((yaw, pitch, roll), abs=1.0)


def test_the_size_of_the_picture_does_not_matter() -> None:
    small, large = (pose_of(*seen(NOSE_TIP, 20, 10, 5, eyes_px=size), NOSE_TIP) for size in (15, 900))
    assert (small.yaw, small.pitch) == pytest.approx((large.yaw, large.pitch))


@pytest.mark.parametrize(
    "points",
    [
        ((0, 0), (0, 0), (0, 0)),
        ((0, 0), (1, 0), (900, 900)),
        ((0, 0), (1, 0), (-900, -900)),
        ((5, 5), (5, 5), (9, 9)),
        ((0, 0), (1, 0), (0.5, -3)),
    ],
)
def test_impossible_points_are_an_angle_all_the_same(points: tuple[Point, Point, Point]) -> None:
    found = pose_of(*points, NOSE_BASE)
    assert all(-180 <= angle <= 180 for angle in (found.yaw, found.pitch, found.roll))
