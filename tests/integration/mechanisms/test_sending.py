"""An outside call of unknown fate is looked up before anything is sent again; against the provider's stand-in."""

from uuid import UUID

import pytest
from sqlalchemy import text

from backend.features.notices.jobs import SendNotice
from backend.infrastructure.outbox import leases
from tests.chaos.scene import Scene
from tests.drivers.sandbox import Sandbox
from tests.integration.mechanisms.jobs import change_job, expire_lease, job_row, must_claim
from workers.keeper import LeaseKeeper
from workers.registry import COMMON
from workers.running import Runner

VISITOR_PHONE = "13700000001"


@pytest.fixture
def job_id(scene: Scene) -> UUID:
    """The promise to send a visitor's pass code."""
    scene.announce(next(scene.households()), phone=VISITOR_PHONE)
    with scene.platform.database.sessions() as session:
        return session.execute(
            text("SELECT id FROM outbox_job WHERE kind = :kind"), {"kind": SendNotice.kind}
        ).scalar_one()


@pytest.fixture
def runner(scene: Scene) -> Runner:
    return Runner(scene.platform, COMMON, LeaseKeeper(scene.platform.database), "worker-1")


def sms_calls(sandbox: Sandbox) -> list[str]:
    """Without what the resident's log-in asked of WeChat."""
    return [operation for operation in sandbox.calls() if "/" not in operation]


def make_due(scene: Scene, job_id: UUID) -> None:
    change_job(scene.platform.database, job_id, "not_before = clock_timestamp()")


def test_a_message_that_the_provider_takes_is_sent_once_and_done(
    scene: Scene, sandbox: Sandbox, runner: Runner, job_id: UUID
) -> None:
    assert runner.run(job_id)
    row = job_row(scene.platform.database, job_id)
    assert (row.state, row.attempts, row.uncertain_count) == ("done", 1, 0)
    assert list(sandbox.counts().values()) == [1]


@pytest.mark.parametrize("fault", ["break_after_accept", "error_after_accept"])
def test_a_message_taken_without_an_answer_is_looked_up_and_never_sent_again(
    scene: Scene, sandbox: Sandbox, runner: Runner, job_id: UUID, fault: str
) -> None:
    sandbox.inject("SendSms", fault)
    assert runner.run(job_id)
    assert job_row(scene.platform.database, job_id).state == "uncertain"
    make_due(scene, job_id)
    assert runner.run(job_id)
    row = job_row(scene.platform.database, job_id)
    assert (row.state, row.attempts, row.uncertain_count) == ("done", 1, 1)
    assert list(sandbox.counts().values()) == [1]
    assert sms_calls(sandbox) == ["SendSms", "QuerySendDetails"]


def test_a_worker_lost_between_attempt_and_answer_is_followed_by_a_look_up(
    scene: Scene, sandbox: Sandbox, runner: Runner, job_id: UUID
) -> None:
    """The message never left: the provider says so, and silence would be worse than a repeat."""
    database = scene.platform.database
    with database.sessions.begin() as session:
        leases.begin_attempt(session, must_claim(database, job_id, "lost"))
    expire_lease(database, job_id)
    assert runner.run(job_id)
    assert sms_calls(sandbox) == ["QuerySendDetails", "SendSms"]
    row = job_row(database, job_id)
    assert (row.state, row.attempts, row.uncertain_count) == ("done", 2, 1)


def test_while_the_provider_does_not_answer_a_look_up_nothing_is_sent(
    scene: Scene, sandbox: Sandbox, runner: Runner, job_id: UUID
) -> None:
    sandbox.inject("SendSms", "break_after_accept")
    sandbox.inject("QuerySendDetails", "unavailable", times=3)
    for _ in range(4):
        assert runner.run(job_id)
        assert job_row(scene.platform.database, job_id).state == "uncertain"
        make_due(scene, job_id)
    assert runner.run(job_id)
    assert job_row(scene.platform.database, job_id).state == "done"
    assert sms_calls(sandbox).count("SendSms") == 1


def test_a_throttled_message_is_sent_later_and_is_not_uncertain(
    scene: Scene, sandbox: Sandbox, runner: Runner, job_id: UUID
) -> None:
    sandbox.inject("SendSms", "throttle")
    assert runner.run(job_id)
    row = job_row(scene.platform.database, job_id)
    assert (row.state, row.uncertain_count) == ("pending", 0)
    make_due(scene, job_id)
    assert runner.run(job_id)
    assert list(sandbox.counts().values()) == [1]
