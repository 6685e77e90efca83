"""Jobs that break, and jobs that break their worker; and what is kept of it."""

import os
import subprocess
import sys
import zlib
from contextlib import suppress

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from backend.infrastructure.http.platform import Platform
from backend.infrastructure.outbox.reconcile import repair
from backend.supervisor.redis_server import RedisServer
from tests.integration.mechanisms.jobs import (
    AddTenant,
    KillWorker,
    change_job,
    count,
    expire_lease,
    job_row,
    promise,
    runner_of,
)
from workers import rq_worker
from workers.relay import Relay

CANARY = "13912345678"


def environment(platform: Platform) -> dict[str, str]:
    settings = platform.settings
    return os.environ | {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "STATE_DIR": str(settings.state_dir),
        "KEYS_FILE": str(settings.keys_file),
    }


def test_a_job_that_kills_its_worker_is_given_up_after_its_tries(platform: Platform) -> None:
    database = platform.database
    job_id = promise(database, KillWorker())
    for _ in range(KillWorker.max_tries):
        command = [sys.executable, "-m", "tests.integration.mechanisms.one_job", str(job_id)]
        assert subprocess.run(command, env=environment(platform), check=False).returncode == 9
        expire_lease(database, job_id)
        with database.sessions.begin() as session:
            repair(session)
    row = job_row(database, job_id)
    assert (row.state, row.last_error, row.tries) == ("failed", "worker_lost", KillWorker.max_tries)


def test_a_job_that_breaks_waits_longer_each_time_and_ends_failed(platform: Platform) -> None:
    database, runner = platform.database, runner_of(platform)
    promise_of_twin = promise(database, AddTenant("甲物业"))
    assert runner.run(promise_of_twin)
    job_id = promise(database, AddTenant("甲物业"))
    waits = []
    for _ in range(AddTenant.max_tries):
        assert runner.run(job_id)
        row = job_row(database, job_id)
        waits.append(row.not_before)
        change_job(database, job_id, "not_before = clock_timestamp()")
    assert (row.state, row.last_error) == ("failed", "IntegrityError")
    assert count(database, "tenant") == 1
    assert waits == sorted(waits)


def test_neither_the_row_nor_redis_nor_the_log_quotes_personal_data(
    platform: Platform,
    own_redis: RedisServer,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A unique violation prints `Key (name)=(…)`: here the name is a phone number."""
    redis, database = Redis.from_url(own_redis.url), platform.database
    queue = Queue("default", connection=redis, serializer=JSONSerializer)
    assert runner_of(platform).run(promise(database, AddTenant(CANARY)))
    job_id = promise(database, AddTenant(CANARY))
    change_job(database, job_id, "max_tries = 1")
    Relay(database, redis).hint()
    assert str(job_id) in everything_in(redis)
    worker = rq_worker.Worker([queue], connection=redis, serializer=JSONSerializer)
    rq_worker._Process.runner = runner_of(platform)
    worker.work(burst=True)
    row = job_row(database, job_id)
    assert (row.state, row.last_error) == ("failed", "IntegrityError")
    assert CANARY not in str(row.last_error)
    assert queue.failed_job_registry.count == 0
    assert CANARY not in everything_in(redis)
    # Where the lines go depends on whether an earlier test has set up logging in this process.
    logged = "".join((*capfd.readouterr(), caplog.text))
    assert "job broke" in logged
    assert CANARY not in logged


def everything_in(redis: Redis) -> str:
    """Every hash of Redis, unpacked: RQ compresses what a job carries and what it died of."""
    hashes = [redis.hgetall(key) for key in redis.keys("*") if redis.type(key) == b"hash"]
    return " ".join(unpacked(value) for found in hashes for value in found.values())


def unpacked(value: bytes) -> str:
    with suppress(zlib.error):
        value = zlib.decompress(value)
    return value.decode(errors="replace")
