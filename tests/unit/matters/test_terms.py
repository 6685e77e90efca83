"""Until when the property has to answer, and what an answer must say."""

from datetime import date

import pytest

from backend.features.matters import rules
from backend.features.matters.errors import AnswerNeeded, ExplanationNeeded, PersonNotHeard, StayNeeded
from backend.features.matters.model import DATA_RIGHTS, Details, MatterKind

FRIDAY = date(2026, 11, 20)


def test_a_request_for_ones_data_is_answered_within_fifteen_working_days() -> None:
    assert {rules.due_on(kind, FRIDAY) for kind in DATA_RIGHTS} == {date(2026, 12, 11)}


def test_other_requests_are_answered_within_three_working_days() -> None:
    assert rules.due_on(MatterKind.ADD_VEHICLE, FRIDAY) == date(2026, 11, 25)
    assert rules.due_on(MatterKind.ADD_MEMBER, date(2026, 11, 21)) == date(2026, 11, 25), (
        "a Saturday counts from Monday"
    )


def test_the_last_day_itself_is_not_late() -> None:
    assert not rules.is_late(FRIDAY, FRIDAY)
    assert rules.is_late(FRIDAY, date(2026, 11, 21))
    assert rules.is_due_soon(FRIDAY, date(2026, 11, 18)) and not rules.is_due_soon(FRIDAY, date(2026, 11, 17))


def test_nobodys_home_ends_without_having_been_heard_and_told_why() -> None:
    kind = MatterKind.REMOVE_MEMBER
    with pytest.raises(PersonNotHeard):
        rules.check_answer(kind, grant=True, answer="本人已搬走，电话核实。", heard=False)
    with pytest.raises(AnswerNeeded):
        rules.check_answer(kind, grant=True, answer="好", heard=True)
    rules.check_answer(kind, grant=True, answer="本人已搬走，电话核实。", heard=True)


@pytest.mark.parametrize("kind", list(MatterKind))
def test_every_refusal_needs_a_reason(kind: MatterKind) -> None:
    with pytest.raises(AnswerNeeded):
        rules.check_answer(kind, grant=False, answer="    不    ", heard=True)


def test_a_tenant_comes_with_an_end_date_and_a_removal_with_an_explanation() -> None:
    with pytest.raises(StayNeeded):
        rules.check_details(MatterKind.ADD_MEMBER, Details(name="李", relation="tenant"))
    rules.check_details(MatterKind.ADD_MEMBER, Details(name="李", relation="family"))
    for kind in (MatterKind.REMOVE_MEMBER, MatterKind.DELETE):
        with pytest.raises(ExplanationNeeded):
            rules.check_details(kind, Details(explanation=" 无 "))
