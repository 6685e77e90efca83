"""What a person before a camera is told to do better."""

from dataclasses import replace

import pytest

from recognition.face_contracts import Face, FaceAdvice, FaceQuality
from recognition.faces.advice import advice_on, has_rival
from recognition.faces.limits import enrolment_limits, gate_limits

GOOD = FaceQuality(
    eye_distance_px=90,
    sharpness=0.5,
    brightness_0_1=0.5,
    contrast_0_1=0.5,
    unevenness_0_1=0.05,
    inside_0_1=1.0,
    yaw_degrees=2,
    pitch_degrees=-3,
    roll_degrees=1,
)


def face(height_px: float = 200, **changes: float) -> Face:
    return Face((10, 10, 10 + height_px, 10 + height_px), 1.0, ((0, 0),) * 5, replace(GOOD, **changes), "test")


def test_a_good_picture_needs_no_advice() -> None:
    assert advice_on([face()], enrolment_limits()) == ()


def test_without_a_face_that_is_all_there_is_to_say() -> None:
    assert advice_on([], enrolment_limits()) == (FaceAdvice.NO_FACE,)


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        ({"eye_distance_px": 10}, FaceAdvice.TOO_SMALL),
        ({"sharpness": 0.001}, FaceAdvice.BLURRED),
        ({"brightness_0_1": 0.03}, FaceAdvice.TOO_DARK),
        ({"brightness_0_1": 0.97}, FaceAdvice.TOO_BRIGHT),
        ({"contrast_0_1": 0.02, "brightness_0_1": 0.3}, FaceAdvice.TOO_DARK),
        ({"contrast_0_1": 0.02, "brightness_0_1": 0.7}, FaceAdvice.TOO_BRIGHT),
        ({"unevenness_0_1": 0.8}, FaceAdvice.UNEVEN_LIGHT),
        ({"inside_0_1": 0.5}, FaceAdvice.CUT_OFF),
        ({"yaw_degrees": -50}, FaceAdvice.TURNED_ASIDE),
        ({"yaw_degrees": 50}, FaceAdvice.TURNED_ASIDE),
        ({"pitch_degrees": 50}, FaceAdvice.TURNED_UP_OR_DOWN),
        ({"roll_degrees": -50}, FaceAdvice.TILTED),
    ],
)
def test_each_fault_has_its_own_advice(changes: dict[str, float], advice: FaceAdvice) -> None:
    assert advice_on([face(**changes)], enrolment_limits()) == (advice,)
    assert advice_on([face(**changes)], gate_limits()) == (advice,)


def test_several_faults_are_all_named_the_gravest_first() -> None:
    faults = face(eye_distance_px=10, brightness_0_1=0.03, sharpness=0.001)
    assert advice_on([faults, face(150)], enrolment_limits()) == (
        FaceAdvice.SEVERAL_FACES,
        FaceAdvice.TOO_SMALL,
        FaceAdvice.TOO_DARK,
        FaceAdvice.BLURRED,
    )


def test_somebody_far_behind_is_no_rival() -> None:
    assert has_rival([face(200), face(100)])
    assert not has_rival([face(200), face(99)])
    assert advice_on([face(200), face(60, sharpness=0)], enrolment_limits()) == ()


def test_enrolment_asks_for_more_than_a_gate() -> None:
    enrolment, gate = enrolment_limits(), gate_limits()
    assert enrolment.eye_distance_px > gate.eye_distance_px
    assert enrolment.sharpness > gate.sharpness
    assert enrolment.darkest_0_1 >= gate.darkest_0_1
    assert enrolment.brightest_0_1 <= gate.brightest_0_1
    assert (enrolment.yaw_degrees, enrolment.pitch_degrees) < (gate.yaw_degrees, gate.pitch_degrees)
