"""Who is told of a call, in which way, and what follows when a way fails or a worker dies."""

from uuid import UUID

from sqlalchemy import text

from backend.features.intercom.jobs import RingPhone
from backend.infrastructure.outbox import leases
from tests.integration.intercom.doorway import LI, WANG, Doorway
from tests.integration.mechanisms.jobs import expire_lease, must_claim

PHONE = "13800000001"


def ring_jobs(doorway: Doorway) -> list[UUID]:
    with doorway.platform.database.sessions() as session:
        found = session.execute(text("SELECT id FROM outbox_job WHERE kind = :kind"), {"kind": RingPhone.kind})
        return list(found.scalars())


def asked_guard(doorway: Doorway, call_id: str) -> bool:
    with doorway.platform.database.sessions() as session:
        early = text("SELECT guard_from < ends_at FROM intercom_call WHERE id = :id")
        return bool(session.execute(early, {"id": UUID(call_id)}).scalar_one())


def test_everybody_bound_to_the_home_is_told_at_once_by_wechat(doorway: Doorway) -> None:
    doorway.wang()
    doorway.li()
    call_id = doorway.rung()
    assert doorway.run_jobs() == 2
    assert sorted(doorway.told()) == [("wechat", LI), ("wechat", WANG)]
    [one, _] = doorway.sandbox.messages()
    assert "3幢2单元门" in one["text"]
    assert sorted(doorway.history(call_id)) == ["called", "told", "told"]
    assert not asked_guard(doorway, call_id)


def test_a_home_without_the_mini_program_is_rung_up_and_the_guard_is_asked(doorway: Doorway) -> None:
    call_id = doorway.rung()
    assert asked_guard(doorway, call_id)
    doorway.run_jobs()
    assert doorway.told() == [("voice", PHONE)]


def test_where_no_message_gets_through_the_telephone_rings_and_the_guard_is_asked(doorway: Doorway) -> None:
    doorway.wang(granted=0)
    call_id = doorway.rung()
    doorway.run_jobs()
    assert asked_guard(doorway, call_id)
    doorway.run_jobs()
    assert doorway.told() == [("voice", PHONE)]
    assert doorway.history(call_id) == ["called", "not_told", "told"]


def test_one_reached_phone_is_enough(doorway: Doorway) -> None:
    doorway.wang()
    doorway.li(granted=0)
    call_id = doorway.rung()
    doorway.run_jobs()
    doorway.run_jobs()
    assert doorway.told() == [("wechat", WANG)]
    assert not asked_guard(doorway, call_id)


def test_where_no_call_can_be_made_an_sms_is_sent(doorway: Doorway) -> None:
    doorway.rung()
    doorway.sandbox.inject("SingleCallByTts", "throttle")
    doorway.run_jobs()
    assert doorway.told() == [("sms", PHONE)]


def test_nobody_is_told_of_a_call_that_is_over(doorway: Doorway) -> None:
    phone = doorway.wang()
    call_id = doorway.rung()
    phone.post(f"/intercom/calls/{call_id}/decline")
    doorway.run_jobs()
    assert doorway.told() == []


def test_a_worker_killed_while_it_sends_leaves_nobody_untold(doorway: Doorway) -> None:
    doorway.wang()
    doorway.rung()
    [job_id] = ring_jobs(doorway)
    database = doorway.platform.database
    with database.sessions.begin() as session:
        leases.begin_attempt(session, must_claim(database, job_id, "lost"))
    expire_lease(database, job_id)
    assert doorway.run_jobs() == 1
    assert doorway.told() == [("wechat", WANG)]


def test_an_answer_that_was_lost_may_ring_twice_but_never_not_at_all(doorway: Doorway) -> None:
    doorway.wang()
    doorway.rung()
    doorway.sandbox.inject("/cgi-bin/message/subscribe/send", "break_after_accept")
    doorway.run_jobs()
    doorway.run_jobs()
    assert set(doorway.told()) == {("wechat", WANG)}


def test_without_any_worker_the_call_ends_by_the_clock(doorway: Doorway) -> None:
    doorway.wang()
    call_id = doorway.rung()
    late = doorway.later(46)
    late.end_calls()
    late.end_calls()
    assert doorway.history(call_id) == ["called", "missed"]
    assert late.run_jobs() == 1
    assert doorway.told() == []
