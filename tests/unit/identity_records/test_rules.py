"""What is shown of a document, how long it is kept, and when a fingerprint's number may be noted."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from backend.features.identity_records.errors import (
    FingerprintNotAllowed,
    FingerprintReferenceInvalid,
    KeepDaysOutOfRange,
    LegalBasisNeeded,
    ValidityInvalid,
)
from backend.features.identity_records.model import CardData, CardReading, IdentityPolicy, LegalBasis
from backend.features.identity_records.rules import (
    DEFAULT_POLICY,
    PHOTO_DROPPED_AFTER,
    PHOTO_TERM,
    check_keep_days,
    checked,
    checked_basis,
    checked_reference,
    has_lapsed,
    is_expired,
    kept_until,
    masked_name,
    masked_number,
)
from backend.features.people.errors import NameInvalid
from backend.kernel.identity_numbers import DocumentNumberInvalid
from tests.builders.cards import a_card

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
CARD = a_card(5)
ALLOWED = IdentityPolicy(30, LegalBasis("反恐怖主义法 第三十二条", UUID(int=1), NOW))


def test_a_number_shows_its_first_and_last_two_places_and_a_name_its_first_character() -> None:
    assert masked_number("32999919900101001X") == "3***************1X"
    assert (masked_name("王小明"), masked_name("王"), masked_name("阿卜杜拉")) == ("王**", "王", "阿***")


def test_what_a_card_says_is_checked_and_brought_into_one_form() -> None:
    spaced = CardData(f" {CARD.name} ", CARD.number.lower()[:6] + " " + CARD.number.lower()[6:])
    assert checked(spaced) == CardData(CARD.name, CARD.number)


@pytest.mark.parametrize(
    ("name", "number", "refusal"),
    [
        ("", CARD.number, NameInvalid),
        ("<script>", CARD.number, NameInvalid),
        (CARD.name, "", DocumentNumberInvalid),
        (CARD.name, CARD.number[:-1] + ("0" if CARD.number[-1] != "0" else "1"), DocumentNumberInvalid),
        (CARD.name, "9" * 400, DocumentNumberInvalid),
    ],
)
def test_garbage_is_refused_by_its_field(name: str, number: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        checked(CardData(name, number))


def test_a_validity_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidityInvalid):
        checked(CardData(CARD.name, CARD.number, date(2026, 1, 2), date(2026, 1, 1)))


def test_the_last_day_of_a_card_counts_and_a_card_for_life_never_expires() -> None:
    assert not is_expired(date(2026, 11, 23), date(2026, 11, 23))
    assert is_expired(date(2026, 11, 22), date(2026, 11, 23))
    assert not is_expired(None, date(2026, 11, 23))


def test_a_record_is_kept_thirty_days_unless_the_site_says_otherwise() -> None:
    assert kept_until(NOW, DEFAULT_POLICY) == NOW + timedelta(days=30)
    assert kept_until(NOW, IdentityPolicy(7)) == NOW + timedelta(days=7)


@pytest.mark.parametrize("days", [0, -1, 91, 10**9])
def test_a_term_is_between_a_day_and_ninety(days: int) -> None:
    with pytest.raises(KeepDaysOutOfRange):
        check_keep_days(days)


def test_a_photo_is_dropped_before_its_term_and_never_read_after_it() -> None:
    assert PHOTO_DROPPED_AFTER < PHOTO_TERM == timedelta(minutes=10)
    assert not has_lapsed(NOW, NOW + PHOTO_TERM - timedelta(seconds=1))
    assert has_lapsed(NOW, NOW + PHOTO_TERM)


def test_without_a_recorded_legal_basis_no_fingerprint_number_is_taken() -> None:
    with pytest.raises(FingerprintNotAllowed):
        checked_reference(DEFAULT_POLICY, "FP-0001")
    assert checked_reference(ALLOWED, " FP-0001 ") == "FP-0001"


@pytest.mark.parametrize("sent", ["", "指纹", "x" * 25, "Rk1SACAyMAAAAADkAAABBQHgAMUAxQEAAAAoIkCb", "FP 1", "-"])
def test_what_might_be_a_template_is_no_reference(sent: str) -> None:
    with pytest.raises(FingerprintReferenceInvalid):
        checked_reference(ALLOWED, sent)


@pytest.mark.parametrize("document", ["", "   ", "文件", "x" * 5])
def test_a_basis_names_a_document(document: str) -> None:
    with pytest.raises(LegalBasisNeeded):
        checked_basis(document)


def test_what_a_card_says_does_not_show_in_a_log_line() -> None:
    for value in (CardData(CARD.name, CARD.number), CardReading(CARD.name, CARD.number)):
        assert CARD.name not in repr(value) and CARD.number not in repr(value)
