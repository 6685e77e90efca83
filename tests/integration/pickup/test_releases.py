"""A class on its way home, by its teacher's hand."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from backend.features.children import service as children
from backend.features.children.errors import AlreadyGuardian, ClassTaken, CustodyOver
from backend.features.children.model import CustodyGround, GuardianRelation
from backend.features.pickup import day, releases, service
from backend.features.pickup.day import DayState
from backend.features.pickup.errors import (
    AlreadyReleased,
    CheckTooOld,
    DelegationOver,
    DenialBinds,
    NotConfirmed,
    TooLateToUndo,
    TwoPeopleNeeded,
)
from backend.features.pickup.model import CheckId, Doubt, ReleaseId, TwoStaffRelease
from backend.features.pickup.records import AttendanceState, StepKind
from backend.features.sites import service as sites
from backend.infrastructure.http.platform import Platform
from backend.kernel.errors import Forbidden, NotFound, Refusal
from backend.kernel.identity import Actor, ActorKind, Role
from backend.kernel.ids import ChildId, StaffId
from tests.integration.pickup.kindergarten import AFTERNOONS, PIN, Kindergarten, build_kindergarten, today

CARD = "04A1B2C3"
AFTERNOON_OFF = replace(AFTERNOONS, allows=False)
CALLED = TwoStaffRelease(None, None, called_back=True, identity_checked=True, reason="忘带卡，已电话核实")


def arrive(school: Kindergarten) -> CheckId:
    """The mother, with card and PIN."""
    school.card(school.mother, CARD)
    school.pin(school.mother)
    assert school.tap(card=CARD, pin=PIN)["admitted"]
    return school.latest_check()


def let_go(
    school: Kindergarten, check_id: UUID, child_id: ChildId, settled: Doubt | None = None, actor: Actor | None = None
) -> ReleaseId:
    with school.work(actor or school.teacher) as work:
        return releases.release(work, children.reach_of(work), check_id, child_id, settled)


def progress(school: Kindergarten, check_id: UUID) -> str:
    with school.work(school.teacher) as work:
        return releases.progress(work, children.reach_of(work), check_id).text


def states(school: Kindergarten) -> list[DayState]:
    with school.work(school.teacher) as work:
        return [one.state for one in day.look_at_day(work, children.reach_of(work), school.class_id)]


def test_twins_go_one_at_a_time_and_the_page_says_how_many(school: Kindergarten) -> None:
    check_id = arrive(school)
    assert progress(school, check_id) == "已接 0/2"
    let_go(school, check_id, school.older)
    assert progress(school, check_id) == "已接 1/2"
    assert states(school) == [DayState.COLLECTED, DayState.TO_CALL]
    let_go(school, check_id, school.younger)
    assert progress(school, check_id) == "已接 2/2"


def test_a_wrong_tick_is_taken_back_within_ten_seconds_and_not_after(school: Kindergarten) -> None:
    check_id = arrive(school)
    wrong = let_go(school, check_id, school.older)
    school.clock.pass_by(seconds=10)
    with school.work(school.teacher) as work:
        releases.undo(work, children.reach_of(work), wrong)
    assert progress(school, check_id) == "已接 0/2"
    with pytest.raises(NotFound), school.work(school.teacher) as work:
        releases.undo(work, children.reach_of(work), wrong)
    right = let_go(school, check_id, school.older)
    school.clock.pass_by(seconds=10.1)
    with pytest.raises(TooLateToUndo), school.work(school.teacher) as work:
        releases.undo(work, children.reach_of(work), right)


def test_two_gates_at_once_let_a_child_go_once(school: Kindergarten) -> None:
    first = arrive(school)
    school.card(school.father, "04A1B2C4")
    school.pin(school.father)
    assert school.tap(school.side_gate, card="04A1B2C4", pin=PIN)["admitted"]
    checks = [first, school.latest_check()] * 2

    def one(check_id: UUID) -> str:
        try:
            let_go(school, check_id, school.older)
        except Refusal as refusal:
            return refusal.code
        return "released"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(one, checks)) == ["child_released"] * 3 + ["released"]
    assert len(school.rows("SELECT 1 FROM custody_step")) == 1


def test_an_order_of_the_last_minute_counts_though_the_gate_had_admitted(school: Kindergarten) -> None:
    check_id = arrive(school)
    school.keep_away(school.mother, school.older)
    with pytest.raises(DenialBinds):
        let_go(school, check_id, school.older)
    let_go(school, check_id, school.younger)


def test_a_teacher_settles_the_doubt_that_there_is_before_the_child_goes(school: Kindergarten) -> None:
    school.card(school.mother, CARD)
    school.tap(card=CARD)
    for settled in (None, Doubt.CALL_BACK):
        with pytest.raises(NotConfirmed):
            let_go(school, school.latest_check(), school.older, settled)
    let_go(school, school.latest_check(), school.older, Doubt.COMPARE_PORTRAIT)
    [kept] = school.rows("SELECT settled FROM pickup_release")
    assert kept["settled"] == "compare_portrait"


def test_a_delegates_pass_covers_both_twins_once_and_nobody_afterwards(school: Kindergarten) -> None:
    delegation_id, qr = school.delegate(school.mother, school.older, school.younger)
    school.tap(qr=qr)
    check_id = school.latest_check()
    wrong = let_go(school, check_id, school.older, Doubt.CHECK_DELEGATE)
    with school.work(school.teacher) as work:
        releases.undo(work, children.reach_of(work), wrong)
    for child_id in (school.older, school.younger):
        let_go(school, check_id, child_id, Doubt.CHECK_DELEGATE)
    school.tap(school.side_gate, qr=qr)
    assert set(school.decisions().values()) == {"used"}
    with pytest.raises(DelegationOver), school.work() as work:
        service.veto(work, school.within, school.father, delegation_id)


def test_a_pass_shown_at_two_gates_lets_children_go_from_one_of_them(school: Kindergarten) -> None:
    _, qr = school.delegate(school.mother, school.older, school.younger)
    school.tap(qr=qr)
    first = school.latest_check()
    school.tap(school.side_gate, qr=qr)
    let_go(school, first, school.older, Doubt.CHECK_DELEGATE)
    with pytest.raises(DenialBinds):
        let_go(school, school.latest_check(), school.younger, Doubt.CHECK_DELEGATE)


def test_a_veto_between_gate_and_classroom_counts(school: Kindergarten) -> None:
    delegation_id, qr = school.delegate(school.mother, school.older)
    school.tap(qr=qr)
    with school.work() as work:
        service.veto(work, school.within, school.father, delegation_id)
    with pytest.raises(DenialBinds):
        let_go(school, school.latest_check(), school.older, Doubt.CHECK_DELEGATE)


def test_who_came_half_an_hour_ago_is_not_who_stands_here_now(school: Kindergarten) -> None:
    check_id = arrive(school)
    school.clock.pass_by(minutes=31)
    with pytest.raises(CheckTooOld):
        let_go(school, check_id, school.older)


def test_a_forgotten_card_takes_two_members_of_staff_a_call_and_a_reason(school: Kindergarten) -> None:
    with school.work(school.teacher) as work:
        within = children.reach_of(work)
        asked = releases.ask_second(work, within, school.older, school.mother, CALLED)
    with pytest.raises(TwoPeopleNeeded), school.work(school.teacher) as work:
        releases.confirm_second(work, children.reach_of(work), asked)
    assert states(school)[0] is DayState.TO_CALL
    with school.work(school.head) as work:
        releases.confirm_second(work, children.reach_of(work), asked)
    assert states(school)[0] is DayState.COLLECTED
    with pytest.raises(NotFound), school.work(school.head) as work:
        releases.confirm_second(work, children.reach_of(work), asked)


def test_not_even_two_members_of_staff_release_to_an_excluded_parent(school: Kindergarten) -> None:
    with school.work(school.teacher) as work:
        asked = releases.ask_second(work, children.reach_of(work), school.older, school.father, CALLED)
    unrelated = school.adult("陈先生")
    school.keep_away(school.father, school.older)
    school.keep_away(unrelated, school.younger)
    with pytest.raises(DenialBinds), school.work(school.head) as work:
        releases.confirm_second(work, children.reach_of(work), asked)
    for person, child_id in ((school.father, school.older), (unrelated, school.younger)):
        with pytest.raises(DenialBinds), school.work(school.teacher) as work:
            releases.ask_second(work, children.reach_of(work), child_id, person, CALLED)
    with pytest.raises(NotConfirmed), school.work(school.teacher) as work:
        unchecked = replace(CALLED, called_back=False)
        releases.ask_second(work, children.reach_of(work), school.older, school.mother, unchecked)


def test_a_teacher_reaches_her_own_class_while_her_grant_lasts(school: Kindergarten) -> None:
    check_id = arrive(school)
    with pytest.raises(NotFound):
        let_go(school, check_id, school.older, actor=school.neighbour)
    with pytest.raises(NotFound), school.work(school.neighbour) as work:
        day.look_at_day(work, children.reach_of(work), school.class_id)
    with school.work(school.head) as work:
        children.revoke_grant(work, school.within, school.class_id, StaffId(school.teacher.id or UUID(int=0)))
    with pytest.raises(NotFound):
        let_go(school, check_id, school.older)
    school.clock.pass_by(days=201)
    with school.work(school.neighbour) as work:
        assert children.reach_of(work).classes == frozenset()


@pytest.mark.parametrize("role", [Role.SCHOOL_GUARD, Role.PROPERTY_MANAGER, Role.POLICE_OFFICER, Role.RESIDENT])
def test_no_other_role_reaches_a_child(school: Kindergarten, role: Role) -> None:
    check_id = arrive(school)
    stranger = Actor(ActorKind.STAFF, UUID(int=7), school.tenant_id, frozenset({role}), school.within)
    with pytest.raises(NotFound), school.work(stranger) as work:
        children.look_at_class(work, children.reach_of(work), school.class_id, "class_day")
    with pytest.raises(Forbidden):
        let_go(school, check_id, school.older, actor=stranger)
    with pytest.raises(Forbidden), school.work(stranger) as work:
        children.record_custody(work, school.within, school.older, school.father, CustodyGround.HEAD_DECISION, None)


def test_another_school_finds_none_of_it(school: Kindergarten, platform: Platform) -> None:
    check_id = arrive(school)
    release_id = let_go(school, check_id, school.older)
    elsewhere = build_kindergarten(platform, "别处幼儿园")
    for refused in (
        lambda work, within: releases.release(work, within, check_id, school.younger),
        lambda work, within: releases.undo(work, within, release_id),
        lambda work, within: releases.progress(work, within, check_id),
        lambda work, within: day.mark(work, within, school.older, AttendanceState.PRESENT),
        lambda work, within: day.custody_chain(work, within, school.older, today(school)),
        lambda work, within: children.revoke_guardian(work, within, school.older, school.mother),
        lambda work, within: children.add_guardian(
            work, within, elsewhere.older, school.mother, GuardianRelation.RELATIVE
        ),
    ):
        with pytest.raises(NotFound), elsewhere.work() as work:
            refused(work, children.reach_of(work))


def test_the_day_of_a_child_is_a_chain_of_names(school: Kindergarten) -> None:
    with school.work(school.teacher) as work:
        within = children.reach_of(work)
        day.mark(work, within, school.older, AttendanceState.PRESENT)
        day.hand_over(work, within, school.older, StaffId(school.neighbour.id or UUID(int=0)))
    let_go(school, arrive(school), school.older)
    with school.work(school.teacher) as work:
        chain = day.custody_chain(work, children.reach_of(work), school.older, today(school))
        yesterday = day.custody_chain(work, children.reach_of(work), school.older, today(school) - timedelta(days=1))
    assert [step.kind for step in chain] == [StepKind.ARRIVED, StepKind.HANDED_OVER, StepKind.RELEASED]
    assert [chain[0].to_staff, chain[1].to_staff] == [school.teacher.id, school.neighbour.id]
    assert chain[2].to_person == school.mother
    assert yesterday == []


def test_leave_keeps_a_child_off_the_list_of_calls_and_a_child_who_comes_anyway_is_here(school: Kindergarten) -> None:
    assert states(school) == [DayState.TO_CALL, DayState.TO_CALL]
    with school.work() as work:
        tomorrow = today(school) + timedelta(days=1)
        service.ask_leave(work, school.within, school.mother, school.older, today(school), tomorrow)
    assert states(school) == [DayState.ON_LEAVE, DayState.TO_CALL]
    with school.work(school.teacher) as work:
        within = children.reach_of(work)
        day.mark(work, within, school.older, AttendanceState.ABSENT)
        day.mark(work, within, school.older, AttendanceState.PRESENT)
        day.mark(work, within, school.younger, AttendanceState.ABSENT)
    assert states(school) == [DayState.HERE, DayState.ABSENT]
    school.clock.pass_by(days=1)
    assert states(school) == [DayState.TO_CALL, DayState.TO_CALL]


def test_every_look_at_a_class_is_on_record_without_a_name(school: Kindergarten) -> None:
    states(school)
    [entry] = school.rows("SELECT * FROM audit_entry WHERE action = 'child.listed'")
    assert entry["purpose"] == "class_day"
    assert len(entry["facts"]["subjects"]) == 2
    assert "豆豆" not in str(dict(entry))


def test_a_line_of_the_matrix_that_says_no_wins_and_ends_on_the_heads_word(school: Kindergarten) -> None:
    with school.work() as work:
        line_id = service.add_line(work, school.within, school.older, school.mother, AFTERNOON_OFF)
    arrive(school)
    assert school.decisions() == {school.older: "rule", school.younger: "admit"}
    with school.work() as work:
        service.end_line(work, school.within, line_id)
    school.tap(card=CARD, pin=PIN)
    assert school.decisions() == {school.older: "admit", school.younger: "admit"}


def test_what_is_registered_twice_or_over_is_refused(school: Kindergarten) -> None:
    with pytest.raises(AlreadyGuardian), school.work() as work:
        children.add_guardian(work, school.within, school.older, school.mother, GuardianRelation.MOTHER)
    with pytest.raises(ClassTaken), school.work() as work:
        site = sites.get_site(work.session, school.within, school.site_id)
        children.add_class(work, school.within, site, "小一班")
    fact_id = school.keep_away(school.father, school.older, None)
    with school.work() as work:
        children.end_custody(work, school.within, fact_id)
    with pytest.raises(CustodyOver), school.work() as work:
        children.add_document(work, school.within, fact_id, "(2026)苏01民保令9号")
    with pytest.raises(AlreadyReleased):
        check_id = arrive(school)
        for _ in range(2):
            let_go(school, check_id, school.older)
