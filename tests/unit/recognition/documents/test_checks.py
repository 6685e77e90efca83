"""What prints mean together: the number decides, contradictions go to a person."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.contracts import CardBack, CardFlag, CardFront, FieldStatus, Sex, Validity
from recognition.documents.checks import Judge, is_expired, validity_fits_age, validity_years
from recognition.documents.number import check_digit
from recognition.documents.prints import NOTHING, BackPrint, FrontPrint, Print

TODAY = date(2026, 11, 23)
JUDGE = Judge(TODAY, sure_at=0.9)
BODY = "32999919900305001"
NUMBER = BODY + check_digit(BODY)


def sure(text: str) -> Print:
    return Print(text, 0.99)


GOOD = FrontPrint(
    sure("范例"), sure("男"), sure("汉"), sure("1990年3月5日"), sure("江苏省样张市虚构区1号"), sure(NUMBER)
)


def front(printed: FrontPrint) -> CardFront:
    card = JUDGE.card(printed, "engine", "1")
    assert isinstance(card, CardFront)
    return card


def back(authority: str, validity: str) -> CardBack:
    card = JUDGE.card(BackPrint(sure(authority), sure(validity)), "engine", "1")
    assert isinstance(card, CardBack)
    return card


def test_a_card_whose_fields_agree_is_sure() -> None:
    card = front(GOOD)
    assert (card.name.value, card.ethnic_group.value, card.number.value) == ("范例", "汉", NUMBER)
    assert (card.sex.value, card.born_on.value) == (Sex.MALE, date(1990, 3, 5))
    fields = (card.name, card.sex, card.ethnic_group, card.born_on, card.address, card.number)
    assert {field.status for field in fields} == {FieldStatus.SURE}


def test_a_weak_character_makes_its_field_doubtful() -> None:
    card = front(replace(GOOD, address=Print(GOOD.address.text, 0.5)))
    assert (card.address.status, card.address.flags) == (FieldStatus.DOUBTFUL, (CardFlag.UNCERTAIN,))
    assert card.name.status is FieldStatus.SURE


def test_a_birth_date_that_disagrees_makes_both_doubtful_and_is_kept_as_printed() -> None:
    card = front(replace(GOOD, born_on=sure("1990年3月6日")))
    assert (card.born_on.value, card.born_on.printed) == (date(1990, 3, 5), "1990年3月6日")
    assert card.born_on.flags == card.number.flags == (CardFlag.DISAGREES_WITH_NUMBER,)
    assert card.born_on.status is card.number.status is FieldStatus.DOUBTFUL


def test_a_sex_that_disagrees_makes_both_doubtful() -> None:
    card = front(replace(GOOD, sex=sure("女")))
    assert (card.sex.value, card.sex.printed, card.sex.status) == (Sex.MALE, "女", FieldStatus.DOUBTFUL)
    assert card.number.status is FieldStatus.DOUBTFUL


def test_a_sex_that_was_not_read_follows_from_a_sure_number() -> None:
    card = front(replace(GOOD, sex=NOTHING))
    assert (card.sex.value, card.sex.status, card.sex.flags) == (Sex.MALE, FieldStatus.SURE, (CardFlag.FROM_NUMBER,))


def test_a_number_that_no_printed_birth_confirms_is_not_sure() -> None:
    card = front(replace(GOOD, born_on=NOTHING))
    assert (card.number.status, card.number.flags) == (FieldStatus.DOUBTFUL, (CardFlag.UNCONFIRMED,))
    assert (card.born_on.value, card.born_on.status) == (date(1990, 3, 5), FieldStatus.DOUBTFUL)


def test_weak_print_that_agrees_with_the_number_is_sure() -> None:
    card = front(replace(GOOD, born_on=Print("1990年3月5日", 0.4)))
    assert card.born_on.status is FieldStatus.SURE


@pytest.mark.parametrize(
    ("number", "flag"),
    [
        (NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1"), CardFlag.CHECK_DIGIT),
        (NUMBER[:-1], CardFlag.MALFORMED),
        ("16" + BODY[2:] + check_digit("16" + BODY[2:]), CardFlag.REGION),
        (BODY[:6] + "20990101001" + check_digit(BODY[:6] + "20990101001"), CardFlag.BIRTH),
    ],
)
def test_a_number_that_cannot_be_is_shown_and_doubted_and_decides_nothing(number: str, flag: CardFlag) -> None:
    card = front(replace(GOOD, number=sure(number)))
    assert (card.number.value, card.number.status, card.number.flags) == (number, FieldStatus.DOUBTFUL, (flag,))
    assert (card.sex.value, card.born_on.value) == (Sex.MALE, date(1990, 3, 5))


@given(st.integers(0, 17), st.sampled_from("0123456789X"))
def test_no_single_misread_character_of_a_number_is_ever_sure(place: int, character: str) -> None:
    misread = NUMBER[:place] + character + NUMBER[place + 1 :]
    status = front(replace(GOOD, number=sure(misread))).number.status
    assert (status is FieldStatus.SURE) == (misread == NUMBER)


@given(st.text("0123456789", min_size=17, max_size=17))
def test_a_number_is_sure_only_with_the_printed_birth_and_sex(body: str) -> None:
    card = front(replace(GOOD, number=sure(body + check_digit(body))))
    agrees = body[6:14] == "19900305" and int(body[16]) % 2 == 1
    assert agrees or card.number.status is not FieldStatus.SURE


@pytest.mark.parametrize(
    ("printed", "value", "status"),
    [
        ("汉族", "汉", FieldStatus.SURE),
        ("乌孜别克", "乌孜别克", FieldStatus.SURE),
        ("维吾儿", "维吾尔", FieldStatus.DOUBTFUL),
        ("仇佬", None, FieldStatus.MISSING),
        ("氵", None, FieldStatus.MISSING),
        ("", None, FieldStatus.MISSING),
    ],
)
def test_an_ethnic_group_is_one_of_the_56_or_none(printed: str, value: str | None, status: FieldStatus) -> None:
    field = front(replace(GOOD, ethnic_group=sure(printed) if printed else NOTHING)).ethnic_group
    assert (field.value, field.status) == (value, status)


@pytest.mark.parametrize(
    ("printed", "value", "status"),
    [
        ("欧阳范例", "欧阳范例", FieldStatus.SURE),
        ("古丽•样张", "古丽·样张", FieldStatus.SURE),
        ("古丽.样张", "古丽·样张", FieldStatus.SURE),
        ("𫖯例", "𫖯例", FieldStatus.SURE),
        ("范", "范", FieldStatus.DOUBTFUL),
        ("范例1", "范例1", FieldStatus.DOUBTFUL),
        ("·范例", "·范例", FieldStatus.DOUBTFUL),
    ],
)
def test_names_are_chinese_characters_with_dots_between(printed: str, value: str, status: FieldStatus) -> None:
    field = front(replace(GOOD, name=sure(printed))).name
    assert (field.value, field.status) == (value, status)


@pytest.mark.parametrize(
    ("printed", "validity"),
    [
        ("2016.03.05-2026.03.05", Validity(date(2016, 3, 5), date(2026, 3, 5))),
        ("2016.03.05-长期", Validity(date(2016, 3, 5), None)),
        ("2016。03。05一2036·03·05", Validity(date(2016, 3, 5), date(2036, 3, 5))),
        ("20160305-20210305", Validity(date(2016, 3, 5), date(2021, 3, 5))),
    ],
)
def test_a_validity_is_read_whatever_its_dots_look_like(printed: str, validity: Validity) -> None:
    field = back("样张市公安局", printed).validity
    assert (field.value, field.status) == (validity, FieldStatus.SURE)


@pytest.mark.parametrize(
    "printed", ["2016.03.05", "2016.13.05-长期", "2016.03.05-2010.03.05", "长期", "2016.03.05-2026.03.5"]
)
def test_what_is_no_validity_is_missing(printed: str) -> None:
    assert back("样张市公安局", printed).validity.status is FieldStatus.MISSING


@pytest.mark.parametrize("printed", ["2016.03.05-2023.03.05", "2016.03.05-2026.03.06", "2027.03.05-2037.03.05"])
def test_an_unlawful_or_future_span_is_doubtful(printed: str) -> None:
    field = back("样张市公安局", printed).validity
    assert (field.status, field.flags) == (FieldStatus.DOUBTFUL, (CardFlag.SPAN,))


def test_an_authority_that_is_no_police_office_is_doubtful() -> None:
    assert back("样张市公安局虚构分局", "2016.03.05-长期").authority.status is FieldStatus.SURE
    assert back("12", "2016.03.05-长期").authority.status is FieldStatus.DOUBTFUL


@pytest.mark.parametrize(
    ("born_on", "until", "fits"),
    [
        (date(2000, 3, 6), date(2021, 3, 5), True),
        (date(2000, 3, 5), date(2021, 3, 5), False),
        (date(2000, 3, 5), date(2026, 3, 5), True),
        (date(1990, 3, 5), date(2036, 3, 5), True),
        (date(1990, 3, 5), None, False),
        (date(1970, 3, 5), None, True),
        (date(1970, 3, 6), None, False),
        (date(2016, 3, 6), date(2021, 3, 5), False),
    ],
)
def test_the_span_follows_from_the_age_on_the_day_of_issue(born_on: date, until: date | None, fits: bool) -> None:
    """Identity Card Law, article 5; all issued on 5 March 2016."""
    assert validity_fits_age(born_on, Validity(date(2016, 3, 5), until)) is fits


def test_a_card_issued_on_a_leap_day_may_end_on_either_neighbour() -> None:
    assert validity_years(Validity(date(2012, 2, 29), date(2022, 2, 28))) == 10
    assert validity_years(Validity(date(2012, 2, 29), date(2032, 2, 29))) == 20
    assert validity_years(Validity(date(2012, 2, 29), date(2022, 3, 2))) is None


def test_the_last_day_still_counts() -> None:
    assert not is_expired(Validity(date(2016, 11, 23), TODAY), TODAY)
    assert is_expired(Validity(date(2016, 11, 22), date(2026, 11, 22)), TODAY)
    assert not is_expired(Validity(date(2016, 11, 22), None), TODAY)


def test_a_card_in_a_log_line_holds_nobody() -> None:
    card = front(GOOD)
    assert all(text not in repr(card) for text in ("范例", NUMBER, "样张", "1990"))
