"""What the registers decide without a database."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.features.assets.model import Asset, AssetFields, AssetKind
from backend.features.assets.rules import Due, due_of
from backend.features.employees.model import (
    Certificate,
    CertificateKind,
    Duty,
    Employee,
    EmployeeFields,
    Vetting,
)
from backend.features.employees.rules import Lack, lacks_of
from backend.features.people.errors import NameInvalid, StayEndsTooEarly
from backend.features.people.model import Relation, Residency
from backend.features.people.rules import check_residency, ends_soon, normalise_name
from backend.kernel.identity_numbers import DocumentKind, DocumentNumberInvalid, checked_number

TODAY = date(2026, 11, 23)
NUMBER = "11010519491231002X"
GUARD = Employee(EmployeeFields("李保安", Duty.GUARD))
PASSED = Vetting(date(2026, 5, 1), True, "派出所")


def licence(until: date | None, kind: CertificateKind = CertificateKind.SECURITY_GUARD) -> Certificate:
    return Certificate(kind, "1", "公安局", until)


def test_a_card_number_is_read_however_it_is_typed() -> None:
    for typed in (NUMBER, "11010519491231002x", "110105 19491231 002X", "１１０１０５１９４９１２３１００２Ｘ"):
        assert checked_number(DocumentKind.RESIDENT_CARD, typed) == NUMBER


@given(place=st.integers(0, 16), digit=st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_caught(place: int, digit: str) -> None:
    wrong = NUMBER[:place] + digit + NUMBER[place + 1 :]
    if wrong != NUMBER:
        with pytest.raises(DocumentNumberInvalid):
            checked_number(DocumentKind.RESIDENT_CARD, wrong)


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (DocumentKind.RESIDENT_CARD, "110105194912310"),
        (DocumentKind.RESIDENT_CARD, "110105194913310021"),
        (DocumentKind.HK_MACAO_PERMIT, "X12345678"),
        (DocumentKind.TAIWAN_PERMIT, "1234567"),
        (DocumentKind.PASSPORT, "E1"),
        (DocumentKind.PERMANENT_RESIDENCE, "CHN12345678901"),
    ],
)
def test_what_is_no_number_of_the_document_is_refused(kind: DocumentKind, number: str) -> None:
    with pytest.raises(DocumentNumberInvalid):
        checked_number(kind, number)


def test_other_documents_have_numbers_of_their_own() -> None:
    assert checked_number(DocumentKind.HK_MACAO_PERMIT, "h12345678") == "H12345678"
    assert checked_number(DocumentKind.PASSPORT, "e 1234 5678") == "E12345678"
    assert checked_number(DocumentKind.PERMANENT_RESIDENCE, "CHN123456789012") == "CHN123456789012"


def test_a_name_begins_with_a_letter_and_is_no_formula() -> None:
    assert normalise_name(" 阿卜杜•热合曼 ") == "阿卜杜·热合曼"
    for wrong in ("", "=1+1", "+86", "@x", "-", "3", "王" * 41, "王\t=小明"):
        with pytest.raises(NameInvalid):
            normalise_name(wrong.replace("\t", "\x00"))


def test_a_stay_ends_after_it_begins_and_is_named_a_month_before() -> None:
    with pytest.raises(StayEndsTooEarly):
        check_residency(Residency(Relation.TENANT, TODAY, True, TODAY))
    check_residency(Residency(Relation.TENANT, TODAY, True, TODAY + timedelta(days=1)))
    assert [ends_soon(TODAY + timedelta(days=days), TODAY) for days in (-5, 30, 31)] == [True, True, False]
    assert not ends_soon(None, TODAY)


def test_a_guard_needs_a_vetting_and_a_certificate() -> None:
    assert lacks_of(GUARD, TODAY) == [Lack.NOT_VETTED, Lack.NO_GUARD_CERTIFICATE]
    assert lacks_of(replace(GUARD, vettings=(PASSED,), certificates=(licence(None),)), TODAY) == []


def test_the_latest_vetting_counts() -> None:
    failed = Vetting(date(2026, 6, 1), False, "派出所")
    file = replace(GUARD, certificates=(licence(None),), vettings=(failed, PASSED))
    assert lacks_of(file, TODAY) == [Lack.VETTING_FAILED]


def test_a_certificate_runs_out_and_a_renewed_one_stands_for_it() -> None:
    file = replace(GUARD, vettings=(PASSED,))
    over, soon, long = TODAY, TODAY + timedelta(days=30), TODAY + timedelta(days=400)
    assert lacks_of(replace(file, certificates=(licence(over),)), TODAY) == [Lack.CERTIFICATE_OVER]
    assert lacks_of(replace(file, certificates=(licence(soon),)), TODAY) == [Lack.CERTIFICATE_ENDS_SOON]
    assert lacks_of(replace(file, certificates=(licence(over), licence(long))), TODAY) == []


def test_whoever_has_left_lacks_nothing() -> None:
    gone = replace(GUARD, fields=replace(GUARD.fields, left_on=TODAY))
    assert lacks_of(gone, TODAY) == []


@pytest.mark.parametrize(
    ("interval", "due_in_days", "expected"),
    [(None, None, Due.NEVER), (30, None, Due.OVERDUE), (30, -1, Due.OVERDUE), (30, 14, Due.SOON), (30, 15, Due.LATER)],
)
def test_a_check_is_due_by_its_interval(interval: int | None, due_in_days: int | None, expected: Due) -> None:
    fields = AssetFields("1", AssetKind.EXTINGUISHER, "灭火器", "大堂", interval)
    due = None if due_in_days is None else TODAY + timedelta(days=due_in_days)
    assert due_of(Asset(uuid4(), uuid4(), fields, due), TODAY) is expected
    assert due_of(Asset(uuid4(), uuid4(), replace(fields, retired=True), due), TODAY) is Due.NEVER
