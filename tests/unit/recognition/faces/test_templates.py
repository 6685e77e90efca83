"""Templates: what they hold, what they refuse to show, and what two of them say."""

import numpy as np
import pytest

from recognition.face_contracts import FaceBand, FaceModel, FaceRefused, FaceTemplate, FaceThresholds
from recognition.faces.templates import compare, matrix_of, score_of_distance, template_of, vector_of

MODEL = FaceModel("test", "1", 3)
LIMITS = FaceThresholds(MODEL, match_at=0.8, grey_at=0.6, is_certified=False, evidence="")


def template(*features: float, model: FaceModel = MODEL) -> FaceTemplate:
    return template_of(model, np.array(features))


def code_of(refusal: pytest.ExceptionInfo[FaceRefused]) -> str:
    return refusal.value.code


def test_a_template_is_a_unit_vector_of_little_endian_floats() -> None:
    made = template(3.0, 0.0, 4.0)
    assert made.vector == np.array([0.6, 0.0, 0.8], "<f4").tobytes()
    assert vector_of(made) == pytest.approx([0.6, 0.0, 0.8])


def test_a_template_shows_no_number_when_it_is_printed() -> None:
    made = template(0.12345, 0.5, 0.5)
    for text in (repr(made), str(made), f"{made}", repr([made])):
        assert text.count("FaceTemplate(model=FaceModel(id='test', version='1', dimension=3))") == 1
        assert "vector" not in text


@pytest.mark.parametrize("features", [(0, 0, 0), (1, 2), (1, 2, 3, 4), (np.nan, 1, 1), (np.inf, 1, 1)])
def test_what_is_no_vector_of_the_model_is_refused_without_saying_what_it_was(features: tuple[float, ...]) -> None:
    with pytest.raises(FaceRefused) as refusal:
        template(*features)
    assert code_of(refusal) == "face_template_malformed"
    assert "nan" not in str(refusal.value)


@pytest.mark.parametrize(
    "stored",
    [b"", b"\0" * 12, b"\0" * 11, b"\xff" * 12, np.array([2, 0, 0], "<f4").tobytes(), np.ones(4, "<f4").tobytes()],
)
def test_a_store_that_gives_back_something_else_is_noticed(stored: bytes) -> None:
    with pytest.raises(FaceRefused) as refusal:
        compare(FaceTemplate(MODEL, stored), template(1, 0, 0), LIMITS)
    assert code_of(refusal) == "face_template_malformed"


@pytest.mark.parametrize(
    ("other", "score"),
    [((1, 0, 0), 1.0), ((0, 1, 0), 1 - np.sqrt(0.5)), ((-1, 0, 0), 0.0), ((0.8, 0.6, 0), 1 - np.sqrt(0.1))],
)
def test_the_score_is_one_less_half_the_distance(other: tuple[float, float, float], score: float) -> None:
    one, two = template(1, 0, 0), template(*other)
    assert compare(one, two, LIMITS).score_0_1 == pytest.approx(score, abs=1e-6)
    assert compare(two, one, LIMITS).score_0_1 == compare(one, two, LIMITS).score_0_1
    distance = float(np.linalg.norm(vector_of(one) - vector_of(two)))
    assert score_of_distance(distance) == pytest.approx(score, abs=1e-6)


@pytest.mark.parametrize(
    ("angle", "band"),
    [
        (0.0, FaceBand.MATCH),
        (0.40, FaceBand.MATCH),
        (0.41, FaceBand.GREY),
        (0.82, FaceBand.GREY),
        (0.83, FaceBand.DIFFERENT),
    ],
)
def test_the_band_follows_from_the_thresholds(angle: float, band: FaceBand) -> None:
    compared = compare(template(1, 0, 0), template(np.cos(angle), np.sin(angle), 0), LIMITS)
    assert (compared.band, compared.is_certified) == (band, False)


@pytest.mark.parametrize("other", [FaceModel("other", "1", 3), FaceModel("test", "2", 3)])
def test_templates_of_different_models_are_never_compared(other: FaceModel) -> None:
    mine, theirs = template(1, 0, 0), template(1, 0, 0, model=other)
    foreign = FaceThresholds(other, 0.8, 0.6, is_certified=True, evidence="")
    for one, two, limits in (
        (mine, theirs, LIMITS),
        (theirs, mine, LIMITS),
        (theirs, theirs, LIMITS),
        (mine, mine, foreign),
    ):
        with pytest.raises(FaceRefused) as refusal:
            compare(one, two, limits)
        assert code_of(refusal) == "face_models_differ"
    with pytest.raises(FaceRefused):
        matrix_of([mine, theirs])
