"""What is measured of a face, on drawn pictures whose answer is known."""

import cv2
import numpy as np
import pytest

from recognition.face_contracts import FaceQuality
from recognition.faces.measures import quality_of
from recognition.faces.pose import NOSE_TIP
from recognition.pixels import Pixels

SIDE = 400
BOX = (120.0, 100.0, 280.0, 300.0)
LEFT, RIGHT, NOSE = (160.0, 180.0), (240.0, 180.0), (200.0, 226.0)


def texture(low: int = 40, high: int = 200) -> Pixels:
    """Spots of all sizes, as skin, brows and lips have them."""
    noise = np.random.default_rng(7).standard_normal((SIDE, SIDE))
    spots = sum(cv2.GaussianBlur(noise, (0, 0), sigma) * sigma for sigma in (1.5, 4, 10))
    scaled = (spots - spots.min()) / (spots.max() - spots.min()) * (high - low) + low
    return np.repeat(scaled[:, :, None], 3, axis=2).astype(np.uint8)


def quality(pixels: Pixels) -> FaceQuality:
    return quality_of(pixels, BOX, LEFT, RIGHT, NOSE, NOSE_TIP)


def test_size_and_pose_are_those_of_eyes_and_nose() -> None:
    found = quality(texture())
    assert found.eye_distance_px == 80
    assert (found.yaw_degrees, found.pitch_degrees, found.roll_degrees) == pytest.approx((0, 0, 0), abs=1)
    assert found.inside_0_1 == 1


def test_the_more_a_picture_is_blurred_the_less_sharp_it_is() -> None:
    sharp = [quality(cv2.GaussianBlur(texture(), (0, 0), sigma)).sharpness for sigma in (0.1, 2, 4, 8)]
    assert sharp == sorted(sharp, reverse=True)
    assert sharp[0] > 3 * sharp[-1]


def test_a_picture_blown_up_is_not_sharper_for_it() -> None:
    small = cv2.resize(texture(), (40, 40), interpolation=cv2.INTER_AREA)
    assert quality(cv2.resize(small, (SIDE, SIDE))).sharpness < quality(texture()).sharpness / 2


def test_sharpness_does_not_follow_light_or_contrast() -> None:
    assert quality(texture(100, 140)).sharpness == pytest.approx(quality(texture(10, 250)).sharpness, rel=0.1)


def test_light_is_measured_by_brightness_and_contrast() -> None:
    dark, normal, bright = (quality(texture(*levels)) for levels in ((0, 40), (40, 200), (215, 255)))
    assert dark.brightness_0_1 < 0.15 < normal.brightness_0_1 < 0.85 < bright.brightness_0_1
    assert dark.contrast_0_1 < 0.15 < normal.contrast_0_1


def test_light_from_one_side_is_noticed() -> None:
    shaded = texture().astype(np.float32)
    shaded[:, :200] *= 0.3
    assert quality(shaded.astype(np.uint8)).unevenness_0_1 > 0.4
    assert quality(texture()).unevenness_0_1 < 0.1


def test_a_plain_surface_has_no_sharpness_and_no_contrast() -> None:
    found = quality(np.full((SIDE, SIDE, 3), 128, np.uint8))
    assert (found.sharpness, found.contrast_0_1, found.unevenness_0_1) == pytest.approx((0, 0, 0), abs=1e-3)


@pytest.mark.parametrize(
    ("box", "inside"),
    [((-50, 0, 50, 100), 0.5), ((0, 0, 400, 400), 1), ((350, 350, 450, 450), 0.25), ((500, 500, 600, 600), 0)],
)
def test_how_much_of_the_face_is_in_the_picture(box: tuple[float, float, float, float], inside: float) -> None:
    assert quality_of(texture(), box, LEFT, RIGHT, NOSE, NOSE_TIP).inside_0_1 == pytest.approx(inside)


@pytest.mark.parametrize("shift", [(-5000, -5000), (5000, 0), (390, 390)])
def test_eyes_outside_the_picture_are_measured_without_an_error(shift: tuple[int, int]) -> None:
    left, right, nose = ((x + shift[0], y + shift[1]) for x, y in (LEFT, RIGHT, NOSE))
    assert quality_of(texture(), BOX, left, right, nose, NOSE_TIP).eye_distance_px == 80
