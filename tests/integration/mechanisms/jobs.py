"""Small jobs with visible effects, and the hands that the mechanisms' tests need."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import text

from backend.features.sites import service as sites
from backend.infrastructure import outbox
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.outbox import leases
from backend.infrastructure.outbox.leases import Claim
from backend.infrastructure.unit_of_work import Database
from backend.kernel.clock import utc_now
from backend.kernel.jobs import Job
from workers.keeper import LeaseKeeper
from workers.running import JobRun, Route, Runner


@dataclass(frozen=True)
class AddTenant(Job):
    """One row under a unique name, with its audit entry: an effect that can be counted."""

    kind: ClassVar[str] = "test.add_tenant"

    name: str


@dataclass(frozen=True)
class AddTenantNow(AddTenant):
    kind: ClassVar[str] = "test.add_tenant_now"
    urgent: ClassVar[bool] = True


@dataclass(frozen=True)
class KillWorker(Job):
    """Takes its worker down on every try."""

    kind: ClassVar[str] = "test.kill_worker"
    max_tries: ClassVar[int] = 2


@dataclass(frozen=True)
class Perishable(AddTenant):
    kind: ClassVar[str] = "test.perishable"
    lifetime: ClassVar[timedelta] = timedelta(milliseconds=1)


def add_tenant(job: AddTenant, run: JobRun) -> None:
    with run.work() as work:
        sites.add_tenant(work, job.name)
        run.done(work)


def kill_worker(job: KillWorker, run: JobRun) -> None:
    os._exit(9)


REGISTRY = {
    AddTenant.kind: Route(AddTenant, add_tenant),
    AddTenantNow.kind: Route(AddTenantNow, add_tenant),
    KillWorker.kind: Route(KillWorker, kill_worker),
    Perishable.kind: Route(Perishable, add_tenant),
}


def runner_of(platform: Platform, owner: str = "worker-1") -> Runner:
    return Runner(platform, REGISTRY, LeaseKeeper(platform.database), owner)


def promise(database: Database, job: Job, dedup_key: str | None = None) -> UUID:
    with database.sessions.begin() as session:
        return outbox.promise(session, job, utc_now(), dedup_key=dedup_key)


def claim(database: Database, job_id: UUID, owner: str = "worker-1") -> Claim | None:
    with database.sessions.begin() as session:
        return leases.claim(session, job_id, owner)


def must_claim(database: Database, job_id: UUID, owner: str = "worker-1") -> Claim:
    claimed = claim(database, job_id, owner)
    assert claimed is not None
    return claimed


def job_row(database: Database, job_id: UUID) -> Any:
    with database.sessions() as session:
        return session.execute(text("SELECT * FROM outbox_job WHERE id = :id"), {"id": job_id}).one()


def change_job(database: Database, job_id: UUID, change: str) -> None:
    """Sets columns of a job, to let its time pass: `lease_until = clock_timestamp() - interval '1 s'`."""
    with database.sessions.begin() as session:
        session.execute(text(f"UPDATE outbox_job SET {change} WHERE id = :id"), {"id": job_id})


def expire_lease(database: Database, job_id: UUID) -> None:
    change_job(database, job_id, "lease_until = clock_timestamp() - interval '1 second'")


def count(database: Database, table: str) -> int:
    with database.sessions() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


@contextmanager
def in_background(loop: Callable[[Event], None]) -> Iterator[None]:
    """Runs one of the workers' endless loops beside the test, and ends it."""
    stopping = Event()
    thread = Thread(target=loop, args=[stopping], daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(10)
        assert not thread.is_alive()
