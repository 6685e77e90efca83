"""Somebody stands at the gate unannounced: who is asked, whose word counts, and what the guard may do."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from backend.features.notices import service as notices
from backend.features.passages.errors import AlreadyDecided, NotAGate
from backend.features.visit_policies import service as policies
from backend.features.visit_policies.model import Ringing, VisitPolicy
from backend.features.walk_ins import desk
from backend.features.walk_ins import service as walk_ins
from backend.features.walk_ins.errors import NotApproved, TooEarlyToDecide, WalkInAnswered
from backend.features.walk_ins.jobs import EscalateWalkIn
from backend.features.walk_ins.model import Answerer, GuardReason, Stranger, WalkIn, WalkInRefusal, WalkInState
from backend.infrastructure.outbox import leases
from backend.kernel.errors import NotFound
from backend.kernel.identity import Role
from notifications.catalogue import checked_template
from tests.integration.portals.gatehouse import Gatehouse, Staff, build_gatehouse, certain, events_of, logged_in
from tests.integration.walk_ins.gate import Gate, Resident, resident_actor
from workers.letters import compose


@pytest.fixture
def guard(gate: Gate, portal: Flask) -> Staff:
    return logged_in(portal, gate.house.hire("guard", Role.GUARD))


def admit(gate: Gate, walk_in: WalkIn) -> None:
    with gate.house.work() as work:
        desk.admit(work, gate.house.platform.crypto, gate.house.within, walk_in.id)


def decide(gate: Gate, walk_in: WalkIn, reason: GuardReason) -> None:
    with gate.house.work() as work:
        desk.decide(work, gate.house.within, walk_in.id, reason)


def test_a_host_agrees_and_the_visitor_is_a_visit_from_then_on(gate: Gate, guard: Staff) -> None:
    walk_in = gate.ask(plate="苏B67890")
    assert walk_in.state is WalkInState.ASKING_HOST
    assert gate.told() == ["walk_in_asked"] * 2, "both who live there"
    [asked] = gate.host.get("/walk-ins").get_json()["items"]
    assert (asked["room"], asked["is_open"], asked["gate"]) == ("3幢2单元501", True, "东门")
    answer = gate.host.say(walk_in, approve=True).get_json()
    assert (answer["state"], answer["answered_by_me"]) == ("approved", True)
    page = guard.read("/walk-ins")
    assert "3幢2单元501 住户 王** 已同意" in page
    assert events_of(guard.press(f"/walk-ins/{walk_in.id}/admit"))["toast"]["kind"] == "good"
    assert guard.press(f"/walk-ins/{walk_in.id}/admit").status_code == 409, "a barrier opens once for one word"
    with gate.house.platform.database.sessions() as session:
        row = session.execute(text("SELECT kind, entries, max_entries, plate, resident_id FROM visit")).one()
    assert tuple(row) == ("walk_in", 1, 1, "苏B67890", gate.host.actor.id)
    assert gate.told()[-1] == "visitor_arrived"


def test_nobody_answers_then_the_backup_then_the_guard(gate: Gate) -> None:
    gate.trust_neighbour()
    walk_in = gate.ask()
    assert gate.neighbour.get("/walk-ins").get_json()["items"] == [], "not the neighbour's affair yet"
    assert len(gate.time_is_up()) == 1
    assert gate.now(walk_in).state is WalkInState.ASKING_BACKUP
    [asked] = gate.neighbour.get("/walk-ins").get_json()["items"]
    assert asked["as_backup"] and asked["is_open"]
    assert len(gate.time_is_up()) == 1
    assert gate.now(walk_in).state is WalkInState.GUARD_DECIDES
    assert gate.now(walk_in).answer_by is None
    decide(gate, walk_in, GuardReason.NO_ANSWER)
    assert gate.now(walk_in).refusal is WalkInRefusal.NO_ANSWER
    assert gate.time_is_up() == []


def test_the_backup_contact_may_agree(gate: Gate) -> None:
    gate.trust_neighbour()
    walk_in = gate.ask()
    gate.time_is_up()
    assert gate.neighbour.say(walk_in, approve=True).status_code == 200
    assert gate.now(walk_in).answerer is Answerer.BACKUP
    admit(gate, walk_in)
    assert gate.now(walk_in).state is WalkInState.ADMITTED


def test_a_home_without_anybody_to_ask_is_the_guards_at_once(gate: Gate) -> None:
    with gate.house.platform.database.sessions.begin() as session:
        session.execute(text("UPDATE binding SET state = 'ended'"))
    walk_in = gate.ask()
    assert (walk_in.state, gate.told()) == (WalkInState.GUARD_DECIDES, [])


def test_the_guard_waits_but_passes_on_what_somebody_said(gate: Gate) -> None:
    walk_in = gate.ask()
    for reason in (GuardReason.NO_ANSWER, GuardReason.SEEN_IN_PERSON, GuardReason.PURPOSE_UNCLEAR):
        with pytest.raises(TooEarlyToDecide):
            decide(gate, walk_in, reason)
    decide(gate, walk_in, GuardReason.HOST_SAID_YES)
    assert gate.now(walk_in).state is WalkInState.APPROVED
    with pytest.raises(WalkInAnswered):
        decide(gate, walk_in, GuardReason.HOST_SAID_NO)


def test_of_two_answers_at_once_the_first_counts(gate: Gate) -> None:
    walk_in = gate.ask()

    def say(pair: tuple[Resident, bool]) -> int:
        who, approve = pair
        actor = who.actor
        try:
            with gate.house.work() as work:
                walk_ins.answer(work, actor.scope, actor.id, walk_in.id, approve=approve)  # type: ignore[arg-type]
        except WalkInAnswered:
            return 409
        return 200

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(say, [(gate.host, True), (gate.spouse, False), (gate.host, True), (gate.spouse, False)]))
    assert sorted(said) == [200, 200, 409, 409], "each may say their own word twice"
    winner = gate.now(walk_in).answered_by
    assert winner in (gate.host.actor.id, gate.spouse.actor.id)
    assert (gate.now(walk_in).state is WalkInState.APPROVED) == (winner == gate.host.actor.id)


def test_a_word_said_again_is_the_same_and_another_is_too_late(gate: Gate) -> None:
    walk_in = gate.ask()
    assert gate.host.say(walk_in, approve=False).get_json()["state"] == "refused"
    assert gate.host.say(walk_in, approve=False).status_code == 200
    assert gate.host.say(walk_in, approve=True).status_code == 409
    assert gate.spouse.say(walk_in, approve=False).status_code == 409
    with pytest.raises(NotApproved):
        admit(gate, walk_in)


def test_an_answer_after_the_asking_counts_until_the_guard_has_decided(gate: Gate) -> None:
    walk_in = gate.ask()
    gate.time_is_up()
    assert gate.now(walk_in).state is WalkInState.GUARD_DECIDES
    assert gate.host.say(walk_in, approve=True).status_code == 200


def test_an_approval_does_not_wait_for_ever(gate: Gate) -> None:
    walk_in = gate.ask()
    gate.host.say(walk_in, approve=True)
    with pytest.raises(NotApproved):
        admit(gate.later(31 * 60), walk_in)


def test_a_worker_that_is_killed_in_between_loses_no_step(gate: Gate) -> None:
    walk_in = gate.ask()
    database = gate.house.platform.database
    with database.sessions.begin() as session:
        session.execute(
            text("UPDATE outbox_job SET not_before = now() WHERE kind = :kind"), {"kind": EscalateWalkIn.kind}
        )
        job = session.execute(text("SELECT id FROM outbox_job WHERE kind = 'walk_ins.escalate'")).scalar_one()
    with database.sessions.begin() as session:
        assert leases.claim(session, job, "worker-that-dies") is not None
    assert gate.time_is_up() == [], "it is leased"
    with database.sessions.begin() as session:
        session.execute(
            text("UPDATE outbox_job SET lease_until = now() - interval '1 second' WHERE id = :id"), {"id": job}
        )
    assert len(gate.time_is_up()) == 1
    assert gate.now(walk_in).state is WalkInState.GUARD_DECIDES
    with gate.house.work() as work:
        walk_ins.escalate(work, gate.house.within, walk_in.id, WalkInState.ASKING_HOST)
    assert gate.now(walk_in).state is WalkInState.GUARD_DECIDES, "a step that ran is not run again"


def test_a_car_that_waits_is_asked_about_once_and_let_in_as_that_car(gate: Gate) -> None:
    passage_id = gate.house.car(certain("苏E99999"))
    stranger = Stranger("陈访客")
    with gate.house.work() as work:
        walk_in = walk_ins.start(work, gate.house.within, gate.house.entry, gate.home, stranger, passage_id)
    assert walk_in.stranger.plate == "苏E99999"
    with pytest.raises(WalkInAnswered), gate.house.work() as work:
        walk_ins.start(work, gate.house.within, gate.house.entry, gate.home, stranger, passage_id)
    gate.host.say(walk_in, approve=True)
    admit(gate, walk_in)
    with gate.house.platform.database.sessions() as session:
        row = session.execute(text("SELECT state, hand_reason FROM passage WHERE id = :id"), {"id": passage_id}).one()
    assert tuple(row) == ("opened", "host_confirmed")
    with pytest.raises(AlreadyDecided), gate.house.work() as work:
        walk_ins.start(work, gate.house.within, gate.house.entry, gate.home, stranger, passage_id)


def test_what_is_not_ones_own_does_not_exist(gate: Gate, guard: Staff) -> None:
    walk_in = gate.ask()
    stranger = Resident(gate.host.app, resident_actor(gate.house, uuid4(), gate.neighbours_home))
    for answer in (stranger.get(f"/walk-ins/{walk_in.id}"), stranger.say(walk_in, approve=True)):
        assert answer.status_code == 404
    assert stranger.get(f"/households/{gate.home}/backup-contact").status_code == 404
    other = build_gatehouse(gate.house.platform, "别处花园")
    for lane, home in ((other.entry, gate.home), (gate.house.entry, other.community.household_id)):
        with pytest.raises(NotFound), gate.house.work() as work:
            walk_ins.start(work, gate.house.within, lane, home, Stranger("陈访客"))
    with pytest.raises(NotAGate), gate.house.work() as work:
        walk_ins.start(work, gate.house.within, gate.house.exit, gate.home, Stranger("陈访客"))
    elsewhere = _walk_in_of(other)
    for path in ("admit", "left", "ring"):
        assert guard.press(f"/walk-ins/{elsewhere.id}/{path}").status_code == 404
    assert guard.press(f"/walk-ins/{elsewhere.id}/decide", reason="no_answer").status_code == 404


def _walk_in_of(house: Gatehouse) -> WalkIn:
    with house.work() as work:
        return walk_ins.start(work, house.within, house.entry, house.community.household_id, Stranger("孙访客"))


def test_a_refused_visitor_may_ring_and_it_is_on_record(gate: Gate, guard: Staff) -> None:
    gate.trust_neighbour()
    walk_in = gate.ask()
    gate.host.say(walk_in, approve=False)
    page = guard.read("/walk-ins")
    assert "住户没有同意来访。" in page and "抱歉，住户现在不方便接待" in page
    rung = guard.press(f"/walk-ins/{walk_in.id}/ring").get_data(as_text=True)
    assert f'href="tel:{gate.house.community.phone}"' in rung and "138****0001" in rung and "备用联系人" in rung
    with gate.house.platform.database.sessions() as session:
        facts = session.execute(text("SELECT facts FROM audit_entry WHERE action = 'walk_in.rung'")).scalar_one()
    assert facts == {"numbers": 3}
    with gate.house.work() as work:
        policies.decide(work, gate.house.within, gate.house.community.site_id, VisitPolicy(ringing=Ringing.OFF))
    assert guard.press(f"/walk-ins/{walk_in.id}/ring").status_code == 409


def test_the_guard_finds_a_home_and_asks_it(gate: Gate, guard: Staff) -> None:
    for typed in ("501", "3-2-501", "wxm", "王小明", "0001", "苏A12345"):
        found = guard.press("/walk-ins/homes", typed=typed).get_data(as_text=True)
        assert "3幢2单元501" in found and str(gate.home) in found, typed
        assert "王小明" not in found and "13800000001" not in found
    for typed in ("", "没有的人", "%", "'; DROP TABLE visit", "\x00"):
        assert str(gate.home) not in guard.press("/walk-ins/homes", typed=typed).get_data(as_text=True)
    form = {"household": str(gate.home), "lane": str(gate.house.entry), "name": "陈访客", "phone_tail": "0007"}
    assert "秒" in guard.press("/walk-ins", **form).get_data(as_text=True)
    for wrong in ({"household": "x"}, {"lane": ""}, {"kind": "king"}, {"phone_tail": "12"}, {"plate": "不是"}):
        assert guard.press("/walk-ins", **form | wrong).status_code in (404, 422), wrong
    passed = events_of(guard.press("/walk-ins/passes", **form))["toast"]["text"]
    assert "30 分钟内进入一次" in passed


def test_the_messages_say_who_stands_where(gate: Gate) -> None:
    gate.trust_neighbour()
    gate.ask()
    gate.time_is_up()
    with gate.house.work() as work:
        ids = work.session.execute(text("SELECT id FROM notice ORDER BY created_at, id")).scalars()
        letters = [compose(work, gate.house.within, notices.get(work.session, gate.house.within, one)) for one in ids]
    said = [checked_template(letter).render(letter.params) for letter in letters if letter is not None]
    assert len(said) == 3 and all("陈访客" in one and "东门" in one for one in said)
    assert "您是3幢2单元501的备用联系人" in said[-1]


def test_a_household_names_and_removes_its_backup_contact(gate: Gate) -> None:
    path = f"/households/{gate.home}/backup-contact"
    assert gate.host.get(path).status_code == 404
    gate.trust_neighbour()
    assert gate.spouse.get(path).get_json() == {"name": "邻居李姐", "phone": "138****0077"}
    assert gate.host.post(path, {"name": "李", "phone": "123"}).status_code == 422
    assert gate.host.delete(path).status_code == 204
    assert gate.host.get(path).status_code == 404
