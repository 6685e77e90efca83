"""Several pictures of one car: which belong together, and what they say together."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.features.passages.model import Character, PlateObservation
from backend.features.passages.rules import (
    AGREEING,
    AGREEING_AT,
    PARKED,
    is_same_car,
    suggestions,
    vote,
    within_one_edit,
)

ACCEPT_AT = 0.90
WINDOW = timedelta(seconds=8)
SECOND = timedelta(seconds=1)
PLATE = "苏A12345"


def reading(text: str | None, *probabilities: float, **others: tuple[tuple[str, float], ...]) -> PlateObservation:
    """A reading with one probability for all characters or one for each; `others` by place, as `at6`."""
    if text is None:
        return PlateObservation(None, False, 0.0, "test")
    each = probabilities if len(probabilities) == len(text) else probabilities * len(text)
    characters = tuple(
        Character(letter, p, others.get(f"at{place}", ()))
        for place, (letter, p) in enumerate(zip(text, each, strict=True))
    )
    weakest = min(each)
    return PlateObservation(text, weakest >= ACCEPT_AT, weakest, "test", characters=characters)


def voted(*readings: PlateObservation) -> PlateObservation:
    return vote(readings, ACCEPT_AT)


def test_one_picture_speaks_for_itself() -> None:
    assert voted(reading(PLATE, 0.5)) == reading(PLATE, 0.5)
    assert voted(reading(PLATE, 0.95)).certain


def test_a_picture_without_a_plate_has_no_vote() -> None:
    assert voted(reading(None), reading(PLATE, 0.95), reading(None)) == reading(PLATE, 0.95)
    assert voted(reading(None), reading(None)).text is None


def test_agreement_is_as_sure_as_the_surest_picture_of_each_character() -> None:
    first = reading(PLATE, 0.99, 0.99, 0.99, 0.99, 0.99, 0.99, 0.60)
    second = reading(PLATE, 0.60, 0.99, 0.99, 0.99, 0.99, 0.99, 0.97)
    together = voted(first, second)
    assert (together.text, together.confidence_0_1, together.certain) == (PLATE, 0.97, True)


def test_a_plate_that_the_engine_doubts_as_a_whole_is_not_made_sure_by_its_characters() -> None:
    doubted = replace(reading(PLATE, 0.95), certain=False, confidence_0_1=0.7)
    together = voted(doubted, doubted)
    assert (together.certain, together.confidence_0_1) == (False, pytest.approx(0.7))


@pytest.mark.parametrize(
    ("sureness", "pictures", "accepted"),
    [
        (AGREEING_AT, AGREEING, True),
        (AGREEING_AT, AGREEING - 1, False),
        (AGREEING_AT - 0.01, AGREEING, False),
        (AGREEING_AT - 0.01, 9, False),
    ],
)
def test_weak_readings_rise_only_where_enough_of_them_are_alike_and_sure_enough(
    sureness: float, pictures: int, accepted: bool
) -> None:
    together = voted(*[reading(PLATE, sureness)] * pictures)
    assert (together.text, together.certain) == (PLATE, accepted)
    assert together.confidence_0_1 == sureness, "the number stays what the engine said"


def test_one_that_differs_keeps_three_alike_from_rising() -> None:
    together = voted(*[reading(PLATE, 0.85)] * 3, reading("苏A12346", 0.5))
    assert (together.text, together.certain) == (PLATE, False)


def test_a_sure_reading_falls_to_a_person_where_another_picture_contradicts_it() -> None:
    sure = reading(PLATE, 0.95)
    other = reading("苏A12346", 0.99, 0.99, 0.99, 0.99, 0.99, 0.99, 0.60, at6=(("5", 0.35),))
    together = voted(sure, other)
    assert (together.text, together.certain) == (PLATE, False)
    assert together.confidence_0_1 == pytest.approx((0.95 + 0.35) / 2)
    assert together.characters[6].alternatives == (("6", pytest.approx(0.30)),)
    assert ("苏A12346", 0.60) in together.alternatives


def test_what_other_pictures_held_possible_counts_towards_a_character() -> None:
    first = reading("苏A12346", 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.5, at6=(("5", 0.45),))
    second = reading("苏A12345", 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.6, at6=(("6", 0.1),))
    assert voted(first, second).text == PLATE


def test_a_lost_character_never_wins_by_itself() -> None:
    whole, cut = reading("苏AD12345", 0.97), reading("苏AD1234", 0.6)
    together = voted(cut, whole)
    assert (together.text, together.certain) == ("苏AD12345", False)


def test_a_plate_that_no_picture_shows_is_never_certain() -> None:
    high = (0.99, 0.99, 0.99, 0.99, 0.99)
    first = reading("苏A12388", *high, 0.30, 0.99, at5=(("4", 0.1),))
    second = reading("苏A12345", *high, 0.99, 0.30, at6=(("8", 0.1),))
    together = voted(first, second)
    assert together.text == "苏A12348"
    assert not together.certain


@given(st.lists(st.sampled_from([PLATE, "苏A12346", "苏A1234", None]), min_size=1, max_size=6), st.randoms())
def test_the_order_of_the_pictures_changes_neither_the_plate_nor_its_band(
    texts: list[str | None], random: object
) -> None:
    readings = [reading(text, 0.3 + 0.6 * place / 7) for place, text in enumerate(texts)]
    mixed = sorted(readings, key=lambda _: random.random())
    one, other = voted(*readings), voted(*mixed)
    assert one.certain == other.certain
    assert one.confidence_0_1 == pytest.approx(other.confidence_0_1)


def same(plate: str | None, sure: bool, seen: PlateObservation, apart: timedelta) -> bool:
    return is_same_car(plate, sure, seen, apart, WINDOW)


def test_within_the_window_the_same_a_nearly_same_or_an_unread_plate_is_one_car() -> None:
    for seen in (reading(PLATE, 0.95), reading("苏A12346", 0.5), reading("苏A1234", 0.5), reading(None)):
        assert same(PLATE, True, seen, WINDOW)
        assert same(None, False, seen, WINDOW)
    assert not same(PLATE, True, reading("浙B99999", 0.5), SECOND)


def test_two_sure_plates_that_differ_in_one_character_are_two_cars() -> None:
    assert not same(PLATE, True, reading("苏A12346", 0.95), SECOND)
    assert same(PLATE, False, reading("苏A12346", 0.95), SECOND)


def test_behind_the_window_only_the_very_same_plate_is_a_parked_car() -> None:
    late = WINDOW + SECOND
    assert same(PLATE, True, reading(PLATE, 0.5), late)
    assert same(PLATE, True, reading(PLATE, 0.95), PARKED)
    assert not same(PLATE, True, reading(PLATE, 0.95), PARKED + SECOND)
    assert not same(PLATE, False, reading("苏A12346", 0.5), late)
    assert not same(None, False, reading(None), late)


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        (PLATE, PLATE, True),
        (PLATE, "苏A12346", True),
        (PLATE, "浙A12345", True),
        (PLATE, "苏A1234", True),
        (PLATE, "苏AD12345", True),
        (PLATE, "苏A12354", False),
        (PLATE, "苏A123", False),
        (PLATE, "浙B12345", False),
        (PLATE, "苏D123456", False),
    ],
)
def test_one_edit_is_one_character_changed_added_or_lost(one: str, other: str, near: bool) -> None:
    assert within_one_edit(one, other) is near
    assert within_one_edit(other, one) is near


def test_suggestions_are_known_plates_nearby_the_reading_itself_first() -> None:
    known = ["浙B99999", "苏A12346", "苏A12345", "苏A1234", "苏A12346"]
    assert suggestions(PLATE, known) == [PLATE, "苏A1234", "苏A12346"]
