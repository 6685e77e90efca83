"""GB 11643: the check digit, and what a number may say."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from recognition.contracts import Sex
from recognition.documents.number import NumberFacts, NumberRefused, check_digit, facts_of

TODAY = date(2026, 11, 23)
BODIES = st.text("0123456789", min_size=17, max_size=17)
BIRTHS = st.dates(date(1900, 1, 1), TODAY)


def number(body: str) -> str:
    return body + check_digit(body)


def code_of(text: str, today: date = TODAY) -> str:
    with pytest.raises(NumberRefused) as refusal:
        facts_of(text, today)
    return refusal.value.code


def test_the_standards_own_example_has_its_check_digit() -> None:
    """GB 11643-1999, appendix: 11010519491231002X."""
    assert check_digit("11010519491231002") == "X"


@given(BODIES, st.integers(0, 16), st.integers(1, 9))
def test_every_single_wrong_digit_is_caught(body: str, place: int, by: int) -> None:
    wrong = body[:place] + str((int(body[place]) + by) % 10) + body[place + 1 :]
    assert check_digit(wrong) != check_digit(body)


@given(BODIES, st.integers(0, 16))
def test_every_swap_of_neighbours_is_caught(body: str, place: int) -> None:
    whole = number(body)
    swapped = whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :]
    assume(swapped != whole)
    assert code_of(swapped) in ("number_check_digit", "number_malformed")


@given(st.sampled_from(["11", "32", "65", "71", "82"]), BIRTHS, st.integers(0, 999))
def test_a_right_number_says_birth_and_sex(province: str, born_on: date, sequence: int) -> None:
    facts = facts_of(number(f"{province}9999{born_on:%Y%m%d}{sequence:03d}"), TODAY)
    assert facts.born_on == born_on
    assert facts.sex is (Sex.MALE if sequence % 2 else Sex.FEMALE)


def test_a_number_names_its_province() -> None:
    assert facts_of(number("32999919900101001"), TODAY) == NumberFacts("江苏省", date(1990, 1, 1), Sex.MALE)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "number_malformed"),
        ("32999919900101", "number_malformed"),
        ("32999919900101001x", "number_malformed"),
        ("3299991990010100１5", "number_malformed"),
        ("²" * 17 + "0", "number_malformed"),
        (number("16999919900101001"), "number_region"),
        (number("00999919900101001"), "number_region"),
        (number("32999919900230001"), "number_birth"),
        (number("32999918000101001"), "number_birth"),
        (number("32999920261124001"), "number_birth"),
        (number("32999900000000001"), "number_birth"),
    ],
)
def test_what_cannot_be_a_number_is_refused_with_its_reason(text: str, code: str) -> None:
    assert code_of(text) == code


def test_somebody_born_today_has_a_number() -> None:
    assert facts_of(number(f"329999{TODAY:%Y%m%d}001"), TODAY).born_on == TODAY


@given(st.text(max_size=30))
def test_no_text_breaks_the_check_and_no_refusal_repeats_it(text: str) -> None:
    try:
        facts_of(text, TODAY)
    except NumberRefused as refusal:
        assert len(text) < 4 or text not in str(refusal)
