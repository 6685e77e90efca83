"""What to do better in the next picture of a face. Pure; the words are the catalogue's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from recognition.face_contracts import Face, FaceAdvice, FaceQuality

_RIVAL_FROM: Final = 0.5
"""A second face this high, of the first one's height, is somebody else in front of the camera, not a passer-by."""


@dataclass(frozen=True, slots=True)
class QualityLimits:
    """How good a picture must be, in the measures of `FaceQuality`; angles in degrees to either side."""

    eye_distance_px: float
    inside_0_1: float
    sharpness: float
    darkest_0_1: float
    brightest_0_1: float
    contrast_0_1: float
    unevenness_0_1: float
    yaw_degrees: float
    pitch_degrees: float
    roll_degrees: float


def advice_on(faces: Sequence[Face], limits: QualityLimits) -> tuple[FaceAdvice, ...]:
    """Everything that is to be done better, most important first; nothing where the first face will do.

    `faces` are those of one picture, the largest first.
    """
    if not faces:
        return (FaceAdvice.NO_FACE,)
    several = (FaceAdvice.SEVERAL_FACES,) if has_rival(faces) else ()
    return several + _of_quality(faces[0].quality, limits)


def has_rival(faces: Sequence[Face]) -> bool:
    """Whether it is unclear whose picture this is."""
    return len(faces) > 1 and faces[1].height_px >= _RIVAL_FROM * faces[0].height_px


def _of_quality(quality: FaceQuality, limits: QualityLimits) -> tuple[FaceAdvice, ...]:
    dark = quality.brightness_0_1 < limits.darkest_0_1
    bright = quality.brightness_0_1 > limits.brightest_0_1
    flat = quality.contrast_0_1 < limits.contrast_0_1
    found = {
        FaceAdvice.CUT_OFF: quality.inside_0_1 < limits.inside_0_1,
        FaceAdvice.TOO_SMALL: quality.eye_distance_px < limits.eye_distance_px,
        FaceAdvice.TOO_DARK: dark or (flat and quality.brightness_0_1 < 0.5),
        FaceAdvice.TOO_BRIGHT: bright or (flat and quality.brightness_0_1 >= 0.5),
        FaceAdvice.UNEVEN_LIGHT: quality.unevenness_0_1 > limits.unevenness_0_1,
        FaceAdvice.TURNED_ASIDE: abs(quality.yaw_degrees) > limits.yaw_degrees,
        FaceAdvice.TURNED_UP_OR_DOWN: abs(quality.pitch_degrees) > limits.pitch_degrees,
        FaceAdvice.TILTED: abs(quality.roll_degrees) > limits.roll_degrees,
        # A small face is never sharp, and a dark one seldom: what makes it so comes first.
        FaceAdvice.BLURRED: quality.sharpness < limits.sharpness,
    }
    return tuple(advice for advice, holds in found.items() if holds)
