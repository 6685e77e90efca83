"""A promise is run by one holder at a time, and a holder that lost it can change nothing."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from backend.features.sites import service as sites
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.outbox import leases
from backend.infrastructure.outbox.leases import LeaseLost
from backend.infrastructure.outbox.reconcile import repair
from backend.infrastructure.unit_of_work import Database
from tests.integration.mechanisms.jobs import (
    AddTenant,
    Perishable,
    change_job,
    claim,
    count,
    expire_lease,
    job_row,
    must_claim,
    promise,
    runner_of,
)
from workers.running import JobRun


@pytest.fixture
def job_id(database: Database) -> UUID:
    return promise(database, AddTenant("甲物业"))


def test_of_many_workers_that_claim_at_once_one_gets_the_job(database: Database, job_id: UUID) -> None:
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda n: claim(database, job_id, f"worker-{n}"), range(32)))
    assert sum(found is not None for found in claims) == 1


def test_a_lease_that_ran_out_can_be_claimed_and_one_that_holds_cannot(database: Database, job_id: UUID) -> None:
    first = must_claim(database, job_id)
    assert claim(database, job_id, "worker-2") is None
    expire_lease(database, job_id)
    second = must_claim(database, job_id, "worker-2")
    assert second.fence > first.fence
    assert job_row(database, job_id).reclaim_seconds > 0


def test_a_renewed_lease_holds_and_a_lost_one_cannot_be_renewed(database: Database, job_id: UUID) -> None:
    first = must_claim(database, job_id)
    before = job_row(database, job_id).lease_until
    with database.sessions.begin() as session:
        assert leases.renew(session, first)
    assert job_row(database, job_id).lease_until > before
    expire_lease(database, job_id)
    with database.sessions.begin() as session:
        assert not leases.renew(session, first)


def test_a_stale_run_cannot_commit(platform: Platform, job_id: UUID) -> None:
    database = platform.database
    stale = JobRun(platform, must_claim(database, job_id))
    expire_lease(database, job_id)
    must_claim(database, job_id, "worker-2")
    with pytest.raises(LeaseLost), stale.work() as work:
        sites.add_tenant(work, "甲物业")
    assert (count(database, "tenant"), count(database, "audit_entry")) == (0, 0)


def test_a_run_that_loses_its_lease_while_it_works_cannot_finish(platform: Platform, job_id: UUID) -> None:
    """The reconciler takes a lost lease back under a new fence before anybody claims it."""
    database = platform.database
    stale = must_claim(database, job_id)
    expire_lease(database, job_id)
    with database.sessions.begin() as session:
        assert repair(session).lost_leases == 1
    for settle in (leases.finish, leases.begin_attempt, lambda s, j: leases.fail(s, j, "x")):
        with pytest.raises(LeaseLost), database.sessions.begin() as session:
            settle(session, stale)
    assert job_row(database, job_id).state == "pending"


def test_nobody_claims_a_job_while_its_holder_writes(platform: Platform, job_id: UUID) -> None:
    database = platform.database
    run = JobRun(platform, must_claim(database, job_id))
    expire_lease(database, job_id)
    with ThreadPoolExecutor(1) as pool:
        with run.work() as work:
            rival = pool.submit(claim, database, job_id, "worker-2")
            sites.add_tenant(work, "甲物业")
            with pytest.raises(TimeoutError):
                rival.result(0.5)
        assert rival.result(10) is not None
    assert count(database, "tenant") == 1


def test_an_outside_call_of_a_lost_worker_is_uncertain_and_counted(database: Database, job_id: UUID) -> None:
    first = must_claim(database, job_id)
    with database.sessions.begin() as session:
        leases.begin_attempt(session, first)
    expire_lease(database, job_id)
    second = must_claim(database, job_id, "worker-2")
    row = job_row(database, job_id)
    assert (second.uncertain, row.state, row.uncertain_count, row.attempts) == (True, "uncertain", 1, 1)


def test_the_reconciler_makes_a_lost_attempt_uncertain_too(database: Database, job_id: UUID) -> None:
    with database.sessions.begin() as session:
        leases.begin_attempt(session, must_claim(database, job_id))
    expire_lease(database, job_id)
    with database.sessions.begin() as session:
        repair(session)
    assert must_claim(database, job_id, "worker-2").uncertain
    assert job_row(database, job_id).uncertain_count == 1


def test_a_dedup_key_makes_two_promises_one(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda _: promise(database, AddTenant("甲物业"), "once"), range(16)))
    assert len(ids) == count(database, "outbox_job") == 1


def test_a_job_past_its_deadline_is_expired_instead_of_run(platform: Platform) -> None:
    database = platform.database
    job_id = promise(database, Perishable("甲物业"))
    change_job(database, job_id, "deadline = clock_timestamp()")
    assert not runner_of(platform).run(job_id)
    with database.sessions.begin() as session:
        assert repair(session).expired == 1
    assert job_row(database, job_id).state == "expired"
    assert count(database, "tenant") == 0


def test_a_job_runs_once_however_often_it_is_hinted(platform: Platform, job_id: UUID) -> None:
    runner = runner_of(platform)
    with ThreadPoolExecutor(4) as pool:
        ran = list(pool.map(lambda _: runner.run(job_id), range(8)))
    assert ran.count(True) == 1
    assert job_row(platform.database, job_id).state == "done"
    assert count(platform.database, "tenant") == 1


def test_a_job_at_its_last_try_is_left_to_the_reconciler(database: Database, job_id: UUID) -> None:
    """The direct runner looks more often than the reconciler: it must not try for ever."""
    must_claim(database, job_id)
    change_job(database, job_id, "tries = max_tries, lease_until = clock_timestamp() - interval '1 second'")
    assert claim(database, job_id, "worker-2") is None
    with database.sessions.begin() as session:
        repair(session)
    assert job_row(database, job_id).state == "failed"
