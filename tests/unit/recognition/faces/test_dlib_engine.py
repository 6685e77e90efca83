"""The engine by dlib, on drawn faces; the shared portraits of public persons come in where they are at hand."""

import importlib.util
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from recognition.face_contracts import Face, FaceAdvice, FaceBand, FaceQuality, FaceRefused, FaceTemplate
from recognition.faces import default_engine
from recognition.faces.advice import advice_on
from recognition.faces.dlib_engine import DlibFaceEngine
from recognition.faces.limits import enrolment_limits
from recognition.images import DecodedImage, ImageLimits, decode
from recognition.pixels import image_of
from recognition.weights import WeightsError
from tests.builders.portraits import FATHER, GRANDMOTHER, MOTHER, TEACHER, Looks, portrait

FACES = Path(__file__).parents[4].parent / "shared" / "data" / "faces"
QUALITY = FaceQuality(90, 0.5, 0.5, 0.5, 0.0, 1.0, 0.0, 0.0, 0.0)

needs_dlib = pytest.mark.skipif(
    importlib.util.find_spec("dlib") is None, reason="dlib is not installed (PROFILE=light)"
)
needs_portraits = pytest.mark.skipif(not FACES.is_dir(), reason="the shared portraits are not here")


def drawn(looks: Looks = TEACHER, side_px: int = 400, *, seed: int = 0) -> DecodedImage:
    return image_of(portrait(looks, side_px, seed=seed))


@cache
def template(looks: Looks, seed: int = 0) -> FaceTemplate:
    image = drawn(looks, seed=seed)
    return default_engine().embed(image, default_engine().detect(image)[0])


def photo(name: str) -> DecodedImage:
    return decode((FACES / f"{name}.jpg").read_bytes(), ImageLimits(allow_trailing_data=True))


def spoilt(pixels: NDArray[np.float32]) -> DecodedImage:
    return image_of(np.clip(pixels, 0, 255).astype(np.uint8))


def advice(image: DecodedImage) -> tuple[FaceAdvice, ...]:
    return advice_on(default_engine().detect(image), enrolment_limits())


def test_without_the_library_the_engine_says_so_and_never_guesses() -> None:
    engine = DlibFaceEngine(library="no_such_library")
    state = engine.state()
    assert (state.available, state.loaded, state.detail) == (False, False, "engine_not_installed")
    picture = image_of(np.zeros((100, 100, 3), np.uint8))
    with pytest.raises(WeightsError) as refusal:
        engine.detect(picture)
    assert refusal.value.code == "engine_not_installed"
    assert engine.model.dimension == 128


def test_nothing_of_an_engine_is_loaded_before_the_first_picture() -> None:
    command = (
        "import sys, recognition.faces as f; state = f.default_engine().state();"
        "print('dlib' in sys.modules, state.loaded, state.available or state.detail)"
    )
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in ("False False True", "False False engine_not_installed")


def test_what_a_face_is_may_be_known_to_every_process() -> None:
    command = (
        "import sys, recognition.face_contracts;"
        "print([name for name in ('cv2', 'dlib', 'numpy', 'onnxruntime') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@needs_dlib
@pytest.mark.parametrize("shape", [(8, 8), (1, 1), (8, 3000), (3000, 8), (300, 300)])
def test_a_picture_of_nobody_shows_nobody(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(5).integers(0, 255, (*shape, 3), np.uint8)
    for pixels in (noise, np.zeros((*shape, 3), np.uint8)):
        assert default_engine().detect(image_of(pixels)) == ()


@needs_dlib
@pytest.mark.parametrize(
    ("points", "engine", "code"),
    [
        ([(np.nan, 1)] * 5, "dlib-faces", "face_outside_picture"),
        ([(-900, -900)] * 5, "dlib-faces", "face_outside_picture"),
        ([(1e9, 50)] * 5, "dlib-faces", "face_outside_picture"),
        ([(50, 50)] * 4, "dlib-faces", "face_of_another_engine"),
        ([(50, 50)] * 5, "onnx-faces", "face_of_another_engine"),
    ],
)
def test_a_face_that_is_not_in_the_picture_is_refused(
    points: list[tuple[float, float]], engine: str, code: str
) -> None:
    face = Face((0, 0, 10, 10), 1.0, tuple(points), QUALITY, engine)
    with pytest.raises(FaceRefused) as refusal:
        default_engine().embed(image_of(np.zeros((100, 100, 3), np.uint8)), face)
    assert refusal.value.code == code


@needs_dlib
def test_landmarks_that_fall_together_or_reach_far_out_cost_neither_memory_nor_a_crash() -> None:
    picture = image_of(np.full((100, 100, 3), 90, np.uint8))
    together = Face((0, 0, 1, 1), 1.0, ((50, 50),) * 5, QUALITY, "dlib-faces")
    far_out = replace(together, landmarks=((50, 50), (50, 1e7), (50, 50), (50, 50), (50, 50)))
    for face in (together, far_out):
        assert len(default_engine().embed(picture, face).vector) == 512


@needs_dlib
@pytest.mark.parametrize("looks", [TEACHER, GRANDMOTHER, FATHER, MOTHER])
def test_a_face_is_found_where_it_is_and_its_picture_will_do(looks: Looks) -> None:
    (face,) = default_engine().detect(drawn(looks))
    right_of_picture, _, left_of_picture, _, nose = face.landmarks
    assert left_of_picture[0] < 200 < right_of_picture[0]
    assert (left_of_picture[1], right_of_picture[1]) == pytest.approx((190, 190), abs=8)
    assert nose == pytest.approx((200, 243), abs=10)
    assert advice_on([face], enrolment_limits()) == ()


@needs_dlib
def test_one_person_matches_another_is_a_question_or_nobody() -> None:
    engine = default_engine()
    assert engine.compare(template(FATHER), template(FATHER, seed=1)).band is FaceBand.MATCH
    assert engine.compare(template(FATHER), template(GRANDMOTHER)).band is FaceBand.GREY
    assert engine.compare(template(FATHER), template(MOTHER)).band is FaceBand.DIFFERENT
    assert not engine.compare(template(FATHER), template(FATHER, seed=1)).is_certified
    assert (template(FATHER).model, engine.state().version) == (engine.model, engine.model.version)


@needs_dlib
def test_the_same_picture_gives_the_same_template_in_any_thread() -> None:
    image = drawn(MOTHER)
    (face,) = default_engine().detect(image)
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: default_engine().embed(image, face), range(2)))
    assert {one.vector for one in made} == {template(MOTHER).vector}


@needs_dlib
def test_a_worker_forked_after_the_engine_was_loaded_describes_faces_too() -> None:
    """The workers' parent has everything loaded before it forks; a network with threads of its own would hang here."""
    image, expected = drawn(FATHER), template(FATHER).vector
    child = os.fork()
    if not child:
        signal.alarm(60)
        made = default_engine().embed(image, default_engine().detect(image)[0])
        os._exit(0 if made.vector == expected else 1)
    assert os.waitpid(child, 0)[1] == 0


@needs_dlib
@pytest.mark.parametrize("side_px", [1200, 150])
def test_the_size_of_the_picture_hardly_matters(side_px: int) -> None:
    image = drawn(FATHER, side_px)
    (found,) = default_engine().detect(image)
    assert found.quality.eye_distance_px == pytest.approx(0.176 * side_px, rel=0.1)
    assert default_engine().compare(default_engine().embed(image, found), template(FATHER)).score_0_1 > 0.93


@needs_dlib
def test_a_spoilt_picture_says_what_to_do_better() -> None:
    pixels = portrait(TEACHER)
    light, shaded = pixels.astype(np.float32), pixels.astype(np.float32)
    shaded[:, 200:] *= 0.45
    turn = cv2.getRotationMatrix2D((200, 200), -28, 1)
    leaning = cv2.warpAffine(pixels, turn, (400, 400), borderMode=cv2.BORDER_REPLICATE)
    found = {
        FaceAdvice.NO_FACE: advice(image_of(np.full_like(pixels, 128))),
        FaceAdvice.SEVERAL_FACES: advice(image_of(np.hstack([pixels, portrait(MOTHER)]))),
        FaceAdvice.BLURRED: advice(image_of(cv2.GaussianBlur(pixels, (0, 0), 7))),
        FaceAdvice.TOO_DARK: advice(spoilt(light * 0.2)),
        FaceAdvice.TOO_BRIGHT: advice(spoilt(light * 0.3 + 185)),
        FaceAdvice.UNEVEN_LIGHT: advice(spoilt(shaded)),
        FaceAdvice.TILTED: advice(image_of(leaning)),
        FaceAdvice.CUT_OFF: advice(image_of(np.ascontiguousarray(pixels[:, 140:]))),
        FaceAdvice.TOO_SMALL: advice(drawn(TEACHER, 200)),
    }
    assert {wanted: wanted in given for wanted, given in found.items()} == dict.fromkeys(found, True)


@needs_dlib
def test_a_face_that_is_far_too_small_is_called_that_and_not_overlooked() -> None:
    assert advice(drawn(TEACHER, 110))[0] is FaceAdvice.TOO_SMALL


@needs_dlib
@needs_portraits
def test_public_persons_are_told_apart_and_the_largest_face_is_first() -> None:
    engine, pictures = default_engine(), [photo("obama"), photo("obama2"), photo("biden")]
    one, again, other = (engine.embed(picture, engine.detect(picture)[0]) for picture in pictures)
    assert engine.compare(one, again).band is FaceBand.MATCH
    assert engine.compare(one, other).band is engine.compare(again, other).band is FaceBand.DIFFERENT
    first, second = engine.detect(photo("two_people"))
    assert first.height_px >= second.height_px
    assert engine.compare(one, engine.embed(photo("two_people"), first)).band is FaceBand.MATCH
    assert advice(photo("obama")) == advice(photo("biden")) == ()
    assert advice(photo("two_people"))[0] is FaceAdvice.SEVERAL_FACES
