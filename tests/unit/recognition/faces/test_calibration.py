"""Thresholds from a site's own people, on made-up people of whom the true answer is known.

A person of these tests is a direction in space, so that two of them are alike with a known probability: the cosine of
their angle is even between -1 and 1, and a score of s or more is a cosine of 1 - 2·(1 - s)² or more.
"""

import math

import numpy as np
import pytest

from recognition.face_contracts import FaceCalibration, FaceModel, FaceRefused, FaceTemplate, FaceThresholds
from recognition.faces.calibration import calibrate
from recognition.faces.search import most_alike, person_pairs
from recognition.faces.templates import band_of, matrix_of, scores_between, template_of

SPACE = FaceModel("space", "1", 3)
CURRENT = FaceThresholds(SPACE, match_at=0.95, grey_at=0.9, is_certified=False, evidence="")


def towards(angle: float) -> FaceTemplate:
    return template_of(SPACE, np.array([math.cos(angle), math.sin(angle), 0]))


def people(count: int, *, seed: int = 1, each: int = 1) -> list[tuple[str, FaceTemplate]]:
    """Persons of random directions, each with so many pictures that hardly differ."""
    directions = np.random.default_rng(seed).standard_normal((count, 3))
    pictures = [(i, directions[i] * np.array([1, 1, 1 + 1e-5 * k])) for i in range(count) for k in range(each)]
    return [(f"p{i:05}", template_of(SPACE, direction)) for i, direction in pictures]


def true_fmr(threshold: float) -> float:
    return (1 - threshold) ** 2


def calibrated(count: int, target_fmr: float, **options: int) -> FaceCalibration:
    return calibrate(people(count, **options), CURRENT, target_fmr=target_fmr)


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_threshold_holds_its_promise_and_is_not_far_too_strict(seed: int) -> None:
    record = calibrated(300, 1e-2, seed=seed)
    assert record.thresholds.is_certified
    assert 5e-3 < true_fmr(record.thresholds.match_at) <= 1e-2
    assert record.fmr_at_most <= 1e-2
    assert (record.persons, record.impostor_pairs) == (300, 44_850)


def test_one_in_a_hundred_thousand_is_certified_from_775_people_on() -> None:
    enough, too_few = calibrated(775, 1e-5), calibrated(774, 1e-5)
    assert (enough.thresholds.is_certified, enough.false_matches, enough.impostor_pairs) == (True, 0, 299_925)
    assert enough.fmr_at_most <= 1e-5
    assert not too_few.thresholds.is_certified
    assert (too_few.persons_needed, too_few.impostor_pairs_needed) == (775, 299_572)


def test_too_few_people_never_loosen_the_threshold_nor_certify_it() -> None:
    record = calibrate([("a", towards(0)), ("b", towards(math.pi))], CURRENT)
    assert (record.thresholds.match_at, record.thresholds.grey_at) == (CURRENT.match_at, CURRENT.grey_at)
    assert not record.thresholds.is_certified
    assert record.fmr_at_most == pytest.approx(0.95)
    assert record.fnmr is None
    assert record.impostor_quantiles == {}


def test_too_few_people_who_are_too_alike_tighten_it() -> None:
    record = calibrate([("a", towards(0)), ("b", towards(0.02)), ("c", towards(2))], CURRENT)
    assert record.thresholds.match_at > 1 - math.sin(0.01)
    assert record.false_matches == 0
    assert [pair[:2] for pair in record.look_at] == [("a", "b")]


def test_somebody_enrolled_twice_is_named_because_nobody_could_match_any_more() -> None:
    record = calibrate([*people(800), ("again", towards(1.0)), ("one", towards(1.0))], CURRENT)
    assert record.look_at[0] == ("again", "one", pytest.approx(1.0, abs=1e-3))
    assert len(record.look_at) == 20
    assert 0.999 < record.thresholds.match_at <= 1
    assert record.false_matches == 0 or not record.thresholds.is_certified


def test_more_pictures_of_the_same_people_prove_no_more() -> None:
    record = calibrated(200, 1e-2, each=3)
    assert (record.persons, record.templates, record.impostor_pairs) == (200, 600, 19_900)
    assert record.genuine_pairs == 600
    assert record.fnmr == 0


def test_pictures_that_differ_too_much_are_counted_as_missed() -> None:
    mixed = [*people(300), ("p00000", towards(3.0)), ("p00001", towards(1.0))]
    record = calibrate(mixed, CURRENT, target_fmr=1e-2)
    assert record.genuine_pairs == 2
    assert record.fnmr == 1.0


def test_one_impostor_in_a_thousand_reaches_a_person() -> None:
    record = calibrated(775, 1e-5)
    assert true_fmr(record.thresholds.grey_at) == pytest.approx(1e-3, rel=0.2)
    assert record.impostor_quantiles["0.5"] == pytest.approx(1 - math.sqrt(0.5), abs=0.01)
    assert band_of(record.thresholds.grey_at, record.thresholds).value == "grey"


def test_the_order_of_the_templates_does_not_matter() -> None:
    given = people(120, each=2)
    shuffled = [given[i] for i in np.random.default_rng(3).permutation(len(given))]
    assert calibrate(given, CURRENT) == calibrate(shuffled, CURRENT)


def test_pairs_of_persons_are_those_that_counting_one_by_one_finds() -> None:
    given = people(300, each=2)
    vectors = matrix_of([template for _, template in given])
    found = {
        (int(i), int(j)): float(score)
        for rows, columns, scores in person_pairs(vectors, range(0, 600, 2))
        for i, j, score in zip(rows, columns, scores, strict=True)
    }
    assert len(found) == 300 * 299 // 2
    every = scores_between(vectors, vectors)
    for i, j in ((0, 1), (0, 299), (255, 256), (256, 257), (298, 299), (100, 280)):
        assert found[i, j] == pytest.approx(every[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max(), abs=1e-6)


def test_the_likest_of_many_is_found() -> None:
    gallery = matrix_of([towards(angle) for angle in (0, 1, 2, 3)])
    assert [i for i, _ in most_alike(matrix_of([towards(1.9)])[0], gallery, 2)] == [2, 1]


def test_one_person_or_another_models_templates_are_refused() -> None:
    with pytest.raises(FaceRefused) as alone:
        calibrate([("a", towards(0)), ("a", towards(1))], CURRENT)
    assert alone.value.code == "face_calibration_too_few"
    other = FaceTemplate(FaceModel("space", "2", 3), towards(0).vector)
    for mixed in ([("a", other), ("b", other)], [("a", towards(0)), ("b", other)]):
        with pytest.raises(FaceRefused) as differing:
            calibrate(mixed, CURRENT)
        assert differing.value.code == "face_models_differ"
