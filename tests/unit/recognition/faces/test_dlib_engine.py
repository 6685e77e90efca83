"""The engine by dlib: on the shared portraits where they are at hand, on drawn pictures everywhere."""

import importlib.util
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
from recognition.faces.templates import vector_of
from recognition.images import DecodedImage, ImageLimits, decode
from recognition.pixels import Pixels, image_of, pixels_of
from recognition.weights import WeightsError

FACES = Path(__file__).parents[4].parent / "shared" / "data" / "faces"
FROM_STRANGERS = ImageLimits(allow_trailing_data=True)
QUALITY = FaceQuality(90, 0.5, 0.5, 0.5, 0.0, 1.0, 0.0, 0.0, 0.0)

needs_dlib = pytest.mark.skipif(
    importlib.util.find_spec("dlib") is None, reason="dlib is not installed (PROFILE=light)"
)
needs_portraits = pytest.mark.skipif(not FACES.is_dir(), reason="the shared portraits are not here")


def portrait(name: str) -> DecodedImage:
    return decode((FACES / f"{name}.jpg").read_bytes(), FROM_STRANGERS)


@cache
def described(name: str) -> tuple[Face, FaceTemplate]:
    face = default_engine().detect(portrait(name))[0]
    return face, default_engine().embed(portrait(name), face)


def spoilt(pixels: NDArray[np.float32]) -> DecodedImage:
    return image_of(np.clip(pixels, 0, 255).astype(np.uint8))


def resized(image: DecodedImage, scale: float) -> DecodedImage:
    return image_of(cv2.resize(pixels_of(image), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


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
@needs_portraits
class TestPortraits:
    """Public office holders, in public pictures; three of them show the same person."""

    def test_one_person_matches_and_another_does_not(self) -> None:
        (_, one), (_, again), (_, other) = described("obama"), described("obama2"), described("biden")
        engine = default_engine()
        assert engine.compare(one, again).band is FaceBand.MATCH
        assert engine.compare(one, other).band is engine.compare(again, other).band is FaceBand.DIFFERENT
        assert not engine.compare(one, again).is_certified
        assert np.linalg.norm(vector_of(one)) == pytest.approx(1, abs=1e-6)
        assert (one.model, engine.state().version) == (engine.model, one.model.version)

    def test_the_eyes_are_where_they_are_and_the_largest_face_is_first(self) -> None:
        first, second = default_engine().detect(portrait("two_people"))
        assert first.height_px >= second.height_px
        for face, middle in ((first, (306, 104)), (second, (876, 134))):
            outer_right, _, outer_left, _, _ = face.landmarks
            assert outer_left[0] < outer_right[0]
            eyes = np.mean([outer_left, outer_right], axis=0)
            assert eyes == pytest.approx(middle, abs=25)

    def test_the_same_picture_gives_the_same_template_in_any_thread(self) -> None:
        face, template = described("obama")
        image = portrait("obama")
        with ThreadPoolExecutor(2) as pool:
            made = list(pool.map(lambda _: default_engine().embed(image, face), range(2)))
        assert {one.vector for one in made} == {template.vector}

    @pytest.mark.parametrize("eyes_px", [80, 35])
    def test_the_size_of_the_picture_hardly_matters(self, eyes_px: int) -> None:
        face, template = described("obama")
        scale = eyes_px / face.quality.eye_distance_px
        small = image_of(
            cv2.resize(pixels_of(portrait("obama")), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        )
        (found,) = default_engine().detect(small)
        assert found.quality.eye_distance_px == pytest.approx(eyes_px, rel=0.1)
        assert default_engine().compare(default_engine().embed(small, found), template).score_0_1 > 0.93

    def test_a_good_portrait_will_do(self) -> None:
        assert advice(portrait("obama")) == advice(portrait("biden")) == ()

    def test_a_spoilt_portrait_says_what_to_do_better(self) -> None:
        face, _ = described("obama")
        pixels: Pixels = pixels_of(portrait("obama"))
        light = pixels.astype(np.float32)
        middle, eyes_px = int((face.box[0] + face.box[2]) / 2), face.quality.eye_distance_px
        shaded = light.copy()
        shaded[:, :middle] *= 0.25
        turn = cv2.getRotationMatrix2D((middle, face.box[1]), -28, 1)
        leaning = cv2.warpAffine(pixels, turn, pixels.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
        found = {
            FaceAdvice.BLURRED: advice(image_of(cv2.GaussianBlur(pixels, (0, 0), eyes_px * 0.08))),
            FaceAdvice.TOO_DARK: advice(spoilt(light * 0.2)),
            FaceAdvice.TOO_BRIGHT: advice(spoilt(light * 0.3 + 185)),
            FaceAdvice.UNEVEN_LIGHT: advice(spoilt(shaded)),
            FaceAdvice.TILTED: advice(image_of(leaning)),
            FaceAdvice.CUT_OFF: advice(image_of(np.ascontiguousarray(pixels[:, int(face.box[0]) + 50 :]))),
            FaceAdvice.TOO_SMALL: advice(
                image_of(cv2.resize(pixels, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA))
            ),
            FaceAdvice.SEVERAL_FACES: advice(portrait("two_people")),
        }
        assert {wanted: wanted in given for wanted, given in found.items()} == dict.fromkeys(found, True)
