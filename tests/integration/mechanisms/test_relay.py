"""Redis carries hints: whatever becomes of it, no promise is lost, and urgent ones do not wait for it."""

import time
from threading import Thread
from uuid import UUID

import pytest
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

from backend.infrastructure.http.platform import Platform
from backend.infrastructure.outbox.hints import BULK_HINTS
from backend.infrastructure.outbox.reconcile import repair
from backend.infrastructure.unit_of_work import Database
from backend.supervisor.redis_server import RedisServer
from tests.integration.mechanisms.jobs import (
    REGISTRY,
    AddTenant,
    AddTenantNow,
    change_job,
    claim,
    count,
    in_background,
    job_row,
    promise,
    runner_of,
)
from workers.direct import DirectRunner
from workers.relay import Relay, connect

URGENT_SECONDS = 5


def hinted(redis: Redis) -> set[UUID]:
    """The jobs whose hints are in the queue now."""
    queue = Queue("default", connection=redis, serializer=JSONSerializer)
    return {UUID(job.args[0]) for job in queue.jobs}


def promise_many(database: Database, number: int) -> set[UUID]:
    return {promise(database, AddTenantNow(f"物业{n}")) for n in range(number)}


def forget_patience(database: Database, jobs: set[UUID]) -> None:
    """Lets the reconciler's patience with every hint pass."""
    for job_id in jobs:
        change_job(database, job_id, "hinted_at = hinted_at - interval '6 seconds'")


def reconcile(database: Database) -> int:
    with database.sessions.begin() as session:
        return repair(session).lost_hints


def test_a_promise_is_hinted_once(database: Database, own_redis: RedisServer) -> None:
    jobs, redis = promise_many(database, 3), Redis.from_url(own_redis.url)
    relay = Relay(database, redis)
    assert (relay.hint(), relay.hint()) == (3, 0)
    assert hinted(redis) == jobs


def test_an_urgent_job_is_hinted_at_once_behind_a_few_of_a_backlog_at_most(
    database: Database, own_redis: RedisServer
) -> None:
    backlog = {promise(database, AddTenant(f"物业{n}")) for n in range(BULK_HINTS * 3)}
    redis = Redis.from_url(own_redis.url)
    relay = Relay(database, redis)
    assert (relay.hint(), relay.hint()) == (BULK_HINTS, 0)
    urgent = promise(database, AddTenantNow("急"))
    assert relay.hint() == 1
    assert hinted(redis) - backlog == {urgent}


def test_what_was_lost_with_its_worker_goes_before_what_has_not_waited(
    database: Database, own_redis: RedisServer
) -> None:
    redis = Redis.from_url(own_redis.url)
    relay = Relay(database, redis)
    lost = promise(database, AddTenantNow("先"))
    assert claim(database, lost) is not None
    promise_many(database, 3)
    relay.hint()
    change_job(database, lost, "lease_until = clock_timestamp() - interval '1 second'")
    reconcile(database)
    relay.hint()
    queue = Queue("default", connection=redis, serializer=JSONSerializer)
    assert UUID(queue.jobs[0].args[0]) == lost


def test_a_backlog_moves_up_as_its_first_are_claimed(database: Database, own_redis: RedisServer) -> None:
    for n in range(BULK_HINTS + 3):
        promise(database, AddTenant(f"物业{n}"))
    redis = Redis.from_url(own_redis.url)
    relay = Relay(database, redis)
    relay.hint()
    for job_id in list(hinted(redis))[:2]:
        assert claim(database, job_id) is not None
    assert relay.hint() == 2


def test_hints_that_redis_forgot_are_given_again(database: Database, own_redis: RedisServer) -> None:
    jobs, redis = promise_many(database, 5), Redis.from_url(own_redis.url)
    relay = Relay(database, redis)
    relay.hint()
    redis.flushall()
    assert reconcile(database) == 0, "a worker may still be on its way"
    forget_patience(database, jobs)
    assert reconcile(database) == 5
    assert relay.hint() == 5
    assert hinted(redis) == jobs


def test_without_redis_nothing_is_marked_as_hinted(database: Database, own_redis: RedisServer) -> None:
    jobs, redis = promise_many(database, 5), connect(own_redis.url)
    relay = Relay(database, redis)
    own_redis.kill()
    with pytest.raises(RedisError):
        relay.hint()
    own_redis.start()
    assert relay.hint() == 5
    assert hinted(redis) == jobs


def test_a_redis_that_dies_while_it_is_told_loses_no_promise(database: Database, own_redis: RedisServer) -> None:
    jobs = promise_many(database, 600)
    redis = connect(own_redis.url)
    relay = Relay(database, redis)
    killer = Thread(target=lambda: (time.sleep(0.02), own_redis.kill()))
    killer.start()
    with pytest.raises(RedisError):
        while True:
            relay.hint()
    killer.join()
    own_redis.start()
    forget_patience(database, jobs)
    reconcile(database)
    while relay.hint():
        pass
    assert hinted(redis) == jobs


def test_a_hanging_redis_keeps_no_promise_locked(database: Database, own_redis: RedisServer) -> None:
    """The relay must not hold rows while it waits for Redis: the direct runner claims them meanwhile."""
    [job_id] = promise_many(database, 1)
    relay = Relay(database, connect(own_redis.url))
    own_redis.pause()
    try:
        with in_background(relay.run):
            time.sleep(0.5)
            before = time.monotonic()
            assert claim(database, job_id) is not None
            assert time.monotonic() - before < 1
    finally:
        own_redis.resume()


@pytest.mark.parametrize("fault", ["dead", "hanging"])
def test_urgent_jobs_run_within_seconds_without_redis(platform: Platform, own_redis: RedisServer, fault: str) -> None:
    database = platform.database
    relay = Relay(database, connect(own_redis.url))
    own_redis.kill() if fault == "dead" else own_redis.pause()
    direct = DirectRunner(database, REGISTRY, runner_of(platform, "direct"), threads=4)
    try:
        with in_background(relay.run), in_background(direct.run):
            patient, urgent = promise(database, AddTenant("甲")), promise(database, AddTenantNow("乙"))
            until = time.monotonic() + URGENT_SECONDS
            while count(database, "tenant") == 0 and time.monotonic() < until:
                time.sleep(0.1)
        assert job_row(database, urgent).state == "done"
        assert job_row(database, patient).state == "pending"
    finally:
        if fault == "hanging":
            own_redis.resume()
