"""A face is turned upright, never mirrored and never stretched."""

import math

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from recognition.faces.alignment import similarity, upright

STANDARD = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)


def turned(
    points: NDArray[np.float64], degrees: float, scale: float, shift: tuple[float, float]
) -> NDArray[np.float64]:
    angle = math.radians(degrees)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    return scale * points @ turn.T + np.array(shift)


@pytest.mark.parametrize("degrees", [-170, -30, 0, 15, 90])
@pytest.mark.parametrize("scale", [0.2, 1, 7])
def test_a_turn_is_undone_whatever_the_size(degrees: float, scale: float) -> None:
    source = turned(STANDARD, degrees, scale, (300, -40))
    transform = similarity(source, STANDARD)
    assert source @ transform[:, :2].T + transform[:, 2] == pytest.approx(STANDARD, abs=1e-6)


def test_a_mirrored_face_is_not_mirrored_back() -> None:
    mirrored = STANDARD * [-1, 1]
    transform = similarity(mirrored, STANDARD)
    assert np.linalg.det(transform[:, :2]) > 0


def test_points_that_fall_together_are_no_error() -> None:
    assert np.isfinite(similarity(np.full((5, 2), 7.0), STANDARD)).all()


def test_the_points_of_a_leaning_face_come_to_their_places() -> None:
    picture = np.zeros((600, 600, 3), np.uint8)
    points = turned(STANDARD, 25, 3, (250, 100))
    for x, y in points:
        cv2.circle(picture, (round(x), round(y)), 4, (255, 255, 255), -1)
    square = upright(picture, points, 112)
    assert square.shape == (112, 112, 3)
    assert all(square[round(y), round(x), 0] > 128 for x, y in STANDARD)
    assert np.mean(square > 128) < 0.02


def test_a_face_in_a_very_wide_picture_is_cut_out_all_the_same() -> None:
    face = np.random.default_rng(1).integers(0, 255, (200, 200, 3), np.uint8)
    wide = np.zeros((200, 40_000, 3), np.uint8)
    wide[:, 39_000:39_200] = face
    points = STANDARD + 40
    assert (upright(wide, points + np.array([39_000, 0]), 112) == upright(face, points, 112)).all()
