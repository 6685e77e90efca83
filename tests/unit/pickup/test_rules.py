from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest

from backend.features.children import rules as custody_rules
from backend.features.children.errors import DocumentNeeded, GrantTooLong
from backend.features.children.model import CustodyFact, CustodyFactId, CustodyGround
from backend.features.credentials.model import Assurance
from backend.features.pickup import rules, words
from backend.features.pickup.errors import (
    DelegationWindow,
    DenialBinds,
    NotConfirmed,
    PeriodEmpty,
    ReasonTooShort,
    TooLateToUndo,
    TwoPeopleNeeded,
)
from backend.features.pickup.model import (
    Admit,
    Alerted,
    AskTeacher,
    Authorisation,
    CardState,
    Claim,
    Decision,
    Delegation,
    Denial,
    Doubt,
    Factor,
    Refuse,
    Shown,
    Standing,
    TwoStaffRelease,
)
from backend.kernel.ids import ChildId, PersonId

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
"""Monday, 16:30 in Nanjing."""
CHILD, MOTHER = ChildId(uuid4()), PersonId(uuid4())
AFTERNOONS = Authorisation(True, frozenset(range(1, 6)), time(16), time(17, 30), date(2026, 9, 1))
CLAIM = Claim(CHILD, Standing.GUARDIAN, authorisations=(AFTERNOONS,))
WITH_FACE = Shown(NOW, CardState.VALID, Factor.FACE_MATCH, face_certified=True)
WITH_PIN = Shown(NOW, CardState.VALID, Factor.PIN_RIGHT)
CONFIRM = AskTeacher(Doubt.CONFIRM_PERSON)
DECISIONS: list[Decision] = [
    *map(Admit, sorted(rules.PROVEN, key=str)),
    *map(AskTeacher, Doubt),
    *map(Refuse, Denial),
]


def fact(ground: CustodyGround, hours_ago: float, **more: datetime) -> CustodyFact:
    recorded_at = NOW - timedelta(hours=hours_ago)
    return CustodyFact(CustodyFactId(uuid4()), CHILD, MOTHER, ground, recorded_at, **more)


def test_a_face_model_that_is_not_certified_only_suggests_and_the_teacher_confirms() -> None:
    assert rules.decide(WITH_FACE, CLAIM) == Admit(Factor.FACE_MATCH)
    assert rules.decide(replace(WITH_FACE, face_certified=False), CLAIM) == CONFIRM


@pytest.mark.parametrize("factor", [Factor.FACE_MATCH, Factor.PIN_RIGHT, Factor.PORTRAIT_SAME])
def test_a_card_that_can_be_copied_never_admits_alone(factor: Factor) -> None:
    assert rules.decide(replace(WITH_PIN, factor=factor, assurance=Assurance.LOW), CLAIM) == CONFIRM


@pytest.mark.parametrize("factor", [Factor.NONE, Factor.FACE_GREY, Factor.FACE_FAILED, Factor.ENGINE_ABSENT])
def test_a_card_that_can_be_copied_is_refused_without_a_second_factor(factor: Factor) -> None:
    shown = replace(WITH_PIN, factor=factor, assurance=Assurance.LOW)
    assert rules.decide(shown, CLAIM) == Refuse(Denial.IDENTITY)
    assert rules.decide(replace(shown, assurance=Assurance.STANDARD), CLAIM) == AskTeacher(Doubt.COMPARE_PORTRAIT)


def test_whoever_declines_the_face_goes_the_same_way_with_card_and_pin() -> None:
    with_face, with_pin = rules.decide(WITH_FACE, CLAIM), rules.decide(WITH_PIN, CLAIM)
    assert isinstance(with_face, Admit)
    assert isinstance(with_pin, Admit)
    assert rules.alerted_by(with_pin) == rules.alerted_by(with_face) == frozenset()


def test_one_denial_outweighs_every_permission() -> None:
    not_mondays = Authorisation(False, frozenset({1}), time(0), time(23, 59), date(2026, 9, 1))
    both = replace(CLAIM, authorisations=(AFTERNOONS, not_mondays, AFTERNOONS))
    assert rules.decide(WITH_FACE, both) == Refuse(Denial.RULE)
    assert isinstance(rules.decide(replace(WITH_FACE, at=NOW + timedelta(days=1)), both), Admit)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (-31, AskTeacher(Doubt.OUTSIDE_HOURS)),
        (-30, Admit(Factor.FACE_MATCH)),
        (59, Admit(Factor.FACE_MATCH)),
        (60, AskTeacher(Doubt.OUTSIDE_HOURS)),
        (24 * 60 * 5, Refuse(Denial.NOT_TODAY)),
    ],
)
def test_the_period_begins_with_its_first_minute_and_ends_before_its_last(minutes: int, expected: Decision) -> None:
    assert rules.decide(replace(WITH_FACE, at=NOW + timedelta(minutes=minutes)), CLAIM) == expected


def test_a_line_holds_between_its_dates_and_not_on_the_last() -> None:
    week = replace(AFTERNOONS, from_on=date(2026, 11, 23), until_on=date(2026, 11, 24))
    said = [rules.ruling_at([week], NOW + timedelta(days=days)) for days in (-1, 0, 1)]
    assert said == [rules.Ruling.NOT_TODAY, rules.Ruling.ALLOWED, rules.Ruling.NOT_TODAY]


def test_a_list_of_more_than_a_day_decides_nothing_alone() -> None:
    day_old = replace(WITH_PIN, list_age=timedelta(hours=24))
    assert isinstance(rules.decide(day_old, CLAIM), Admit)
    older = replace(day_old, list_age=timedelta(hours=24, seconds=1))
    assert rules.decide(older, CLAIM) == AskTeacher(Doubt.CALL_BACK)
    assert rules.decide(replace(older, factor=Factor.FACE_GREY), CLAIM) == Refuse(Denial.OFFLINE)


def test_a_delegate_is_looked_at_by_a_teacher_even_when_a_face_matches() -> None:
    delegation = Delegation(NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    claim = Claim(CHILD, Standing.DELEGATE, delegation=delegation)
    assert rules.decide(WITH_FACE, claim) == AskTeacher(Doubt.CHECK_DELEGATE)
    assert rules.decide(WITH_FACE, replace(claim, delegation=replace(delegation, vetoed_at=NOW))) == Refuse(
        Denial.VETOED
    )


def test_the_heads_decision_ends_after_72_hours_unless_a_document_has_followed() -> None:
    head = CustodyGround.HEAD_DECISION
    assert custody_rules.binds(fact(head, 71.999), NOW)
    assert not custody_rules.binds(fact(head, 72), NOW)
    assert custody_rules.binds(fact(head, 500, document_at=NOW - timedelta(hours=450)), NOW)
    assert not custody_rules.binds(fact(head, 500, document_at=NOW - timedelta(hours=428)), NOW)


def test_an_order_holds_until_it_is_lifted() -> None:
    order = fact(CustodyGround.PROTECTION_ORDER, 5000)
    assert custody_rules.binds(order, NOW)
    assert not custody_rules.binds(replace(order, ended_at=NOW), NOW)
    assert not custody_rules.binds(order, order.recorded_at - timedelta(seconds=1))


def test_an_order_is_recorded_with_its_reference_and_the_heads_word_may_come_first() -> None:
    custody_rules.check_document(CustodyGround.HEAD_DECISION, None)
    custody_rules.check_document(CustodyGround.COURT_ORDER, "(2026)苏01民初1号")
    for document in (None, "", "  1 "):
        with pytest.raises(DocumentNeeded):
            custody_rules.check_document(CustodyGround.COURT_ORDER, document)


def test_a_teachers_grant_is_for_one_school_year_at_most() -> None:
    custody_rules.check_grant(NOW + timedelta(days=366), NOW)
    for days in (0, -1, 367):
        with pytest.raises(GrantTooLong):
            custody_rules.check_grant(NOW + timedelta(days=days), NOW)


@pytest.mark.parametrize("decision", DECISIONS, ids=str)
def test_every_decision_explains_itself_in_one_chinese_sentence(decision: Decision) -> None:
    said = words.explain(decision)
    assert said.endswith("。")
    assert said.count("。") == 1


def test_no_two_reasons_read_alike() -> None:
    assert len({words.explain(decision) for decision in DECISIONS}) == len(DECISIONS)


def test_whoever_is_kept_away_is_known_to_the_head_without_a_sound() -> None:
    for denial in (Denial.CUSTODY, Denial.REVOKED, Denial.USED, Denial.MISMATCH, Denial.CARD_LOST, Denial.VETOED):
        assert rules.alerted_by(Refuse(denial)) == frozenset(Alerted)
    assert rules.alerted_by(Refuse(Denial.CARD_ENDED)) == frozenset({Alerted.CLASS_TEACHER})
    assert rules.alerted_by(AskTeacher(Doubt.OUTSIDE_HOURS)) == frozenset(Alerted)


@pytest.mark.parametrize("doubt", Doubt)
def test_a_teacher_lets_a_child_go_only_by_settling_the_doubt_that_there_is(doubt: Doubt) -> None:
    rules.check_release(AskTeacher(doubt), doubt)
    for other in (None, *(set(Doubt) - {doubt})):
        with pytest.raises(NotConfirmed):
            rules.check_release(AskTeacher(doubt), other)


@pytest.mark.parametrize("denial", Denial)
def test_no_teacher_alone_sets_a_refusal_aside(denial: Denial) -> None:
    for settled in (None, *Doubt):
        with pytest.raises(DenialBinds):
            rules.check_release(Refuse(denial), settled)


def test_two_members_of_staff_may_release_but_never_against_a_deny_rule() -> None:
    wanted = TwoStaffRelease(UUID(int=1), UUID(int=2), True, True, "忘带卡，已电话核实")
    rules.check_two_staff(None, wanted)
    for denial in (Denial.CUSTODY, Denial.RULE, Denial.REVOKED, Denial.MINOR):
        with pytest.raises(DenialBinds):
            rules.check_two_staff(denial, wanted)
    with pytest.raises(TwoPeopleNeeded):
        rules.check_two_staff(None, replace(wanted, beside=wanted.by))
    for missing in (replace(wanted, called_back=False), replace(wanted, identity_checked=False)):
        with pytest.raises(NotConfirmed):
            rules.check_two_staff(None, missing)
    with pytest.raises(ReasonTooShort):
        rules.check_two_staff(None, replace(wanted, reason=" 急 "))


def test_a_wrong_tick_can_be_taken_back_for_ten_seconds() -> None:
    rules.check_undo(NOW, NOW + timedelta(seconds=10))
    with pytest.raises(TooLateToUndo):
        rules.check_undo(NOW, NOW + timedelta(seconds=10, milliseconds=1))


def test_a_delegate_is_for_one_day_and_a_line_for_some_time() -> None:
    rules.check_delegation(NOW, NOW + timedelta(hours=24), NOW)
    for start, end in [(0, 25), (2, 1), (-3, -1), (-1, 0)]:
        with pytest.raises(DelegationWindow):
            rules.check_delegation(NOW + timedelta(hours=start), NOW + timedelta(hours=end), NOW)
    for empty in (
        replace(AFTERNOONS, weekdays=frozenset()),
        replace(AFTERNOONS, until_time=time(16)),
        replace(AFTERNOONS, until_on=AFTERNOONS.from_on),
    ):
        with pytest.raises(PeriodEmpty):
            rules.check_line(empty)
