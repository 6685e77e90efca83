"""What a promised, fenced job costs beside bare RQ: the same worker class, one process, the same durable servers.

Both insert a business row, and later update it in a job. Bare RQ enqueues after the commit, and may lose or
repeat the job; ours promises it with the row.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import create_engine, text

from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.identity import ANONYMOUS
from backend.kernel.ids import uuid7
from backend.kernel.jobs import Job
from tests.benchmarks.figures import alternately, compare, seconds_of
from tests.chaos.installation import Installation
from workers import rq_worker
from workers.keeper import LeaseKeeper
from workers.relay import Relay
from workers.running import JobRun, Route, Runner

COUNT = 150
INSERT = text("INSERT INTO bench_row (id, done) VALUES (:id, false)")
UPDATE = text("UPDATE bench_row SET done = true WHERE id = :id")


@dataclass(frozen=True)
class MarkRow(Job):
    kind: ClassVar[str] = "bench.mark_row"
    urgent: ClassVar[bool] = True

    row_id: UUID


def mark_row(job: MarkRow, run: JobRun) -> None:
    with run.work() as work:
        work.session.execute(UPDATE, {"id": job.row_id})
        run.done(work)


def mark_row_bare(row_id: str) -> None:
    with _Bare.platform.database.sessions.begin() as session:
        session.execute(UPDATE, {"id": UUID(row_id)})


class _Bare:
    """RQ calls a function by name; it finds its platform here."""

    platform: Platform


def bench_jobs(installation: Installation) -> None:
    platform, redis = installation.platform, Redis.from_url(installation.redis.url)
    create_bench_table(installation)
    _Bare.platform = platform
    rq_worker._Process.runner = Runner(
        platform, {MarkRow.kind: Route(MarkRow, mark_row)}, LeaseKeeper(platform.database), "bench"
    )
    parts = [_promised(platform, redis), _bare(platform, redis)]
    for name, part in (("promise", 0), ("run", 1), ("job", None)):
        ours, bare = (partial(_milliseconds, steps, part) for steps in parts)
        compare(f"{name}_ms", *alternately(ours, bare), "ms")


def create_bench_table(installation: Installation) -> None:
    owner = create_engine(installation.postgres.owner_url)
    with owner.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS bench_row (id uuid PRIMARY KEY, done boolean)"))
        connection.execute(text("GRANT SELECT, INSERT, UPDATE ON bench_row TO PUBLIC"))
    owner.dispose()


def _milliseconds(steps: tuple[Any, Any], part: int | None) -> float:
    """Of one job: its promise, its run, or both."""
    taken = [seconds_of(step) for step in steps]
    return (sum(taken) if part is None else taken[part]) / COUNT * 1000


def _promised(platform: Platform, redis: Redis) -> tuple[Any, Any]:
    relay = Relay(platform.database, redis)

    def promise() -> None:
        for _ in range(COUNT):
            with unit_of_work(platform.database, ANONYMOUS) as work:
                row_id = uuid7()
                work.session.execute(INSERT, {"id": row_id})
                work.later(MarkRow(row_id))
        while relay.hint():
            pass

    return promise, partial(_work_off, redis)


def _bare(platform: Platform, redis: Redis) -> tuple[Any, Any]:
    queue = Queue("default", connection=redis, serializer=JSONSerializer)

    def enqueue() -> None:
        for _ in range(COUNT):
            row_id = uuid7()
            with platform.database.sessions.begin() as session:
                session.execute(INSERT, {"id": row_id})
            queue.enqueue(mark_row_bare, str(row_id), result_ttl=0, job_timeout=-1)

    return enqueue, partial(_work_off, redis)


def _work_off(redis: Redis) -> None:
    queue = Queue("default", connection=redis, serializer=JSONSerializer)
    worker = rq_worker.Worker([queue], connection=redis, serializer=JSONSerializer, log_job_description=False)
    worker.work(burst=True, logging_level="WARNING")
