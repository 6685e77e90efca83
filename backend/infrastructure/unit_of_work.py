"""One transaction: what changes, what is recorded of it, what is promised for later, who is told.

    with unit_of_work(database, actor) as work:
        ...stores use work.session...
        work.record("visit.created", Subject("visit", visit.id))
        work.later(SendPassCode(...))

Nobody else commits. No network call and no inference inside.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, sessionmaker

from backend.infrastructure import changes, feed, outbox
from backend.infrastructure.audit import chain
from backend.infrastructure.audit.entry import AuditEntry, Subject
from backend.kernel.clock import Clock, utc_now
from backend.kernel.identity import Actor
from backend.kernel.ids import SiteId, TenantId
from backend.kernel.jobs import Job

Keep = Callable[["Work"], None]


@dataclass(frozen=True)
class Database:
    """Opens transactions; `audited` is off only in the benchmark that measures what the chain costs."""

    engine: Engine
    sessions: sessionmaker[Session]
    clock: Clock = utc_now
    audited: bool = True

    @classmethod
    def on(cls, engine: Engine, clock: Clock = utc_now) -> "Database":
        sessions = sessionmaker(engine, expire_on_commit=False, autoflush=True)
        event.listen(sessions, "after_flush", changes.collect)
        return cls(engine, sessions, clock)


class Work:
    def __init__(self, session: Session, actor: Actor, now: datetime) -> None:
        self.session = session
        self.actor = actor
        self.now = now
        self._entries: list[AuditEntry] = []
        self._kept: list[Keep] = []
        changes.begin(session)

    def record(
        self,
        action: str,
        subject: Subject,
        *,
        tenant_id: TenantId | None = None,
        purpose: str = "",
        **facts: Any,
    ) -> None:
        """Adds one audit entry; `facts` hold codes and ids, never personal data."""
        tenant = tenant_id or self.actor.tenant_id
        self._entries.append(AuditEntry.of(self.actor, tenant, self.now, action, subject, purpose, facts))

    def later(
        self,
        job: Job,
        *,
        site_id: SiteId | None = None,
        dedup_key: str | None = None,
        not_before: datetime | None = None,
    ) -> UUID:
        """Promises the job with this transaction; the same `dedup_key` twice is one promise."""
        return outbox.promise(self.session, job, self.now, site_id, dedup_key, not_before, self.actor.tenant_id)

    def publish(self, kind: str, site_id: SiteId, subject_id: UUID) -> None:
        """Tells live pages of the site, once this transaction has committed."""
        feed.append(self.session, kind, site_id, subject_id, self.now)

    def keep(self, write: Keep) -> None:
        """What must stay on record though this transaction is refused; it gets a transaction of its own.

        It runs after this one has ended, whichever way, and before the refusal reaches the caller.
        """
        self._kept.append(write)

    def flush_changes(self) -> None:
        changes.write(self.session, self.actor, self.now)

    def flush_audit(self, enabled: bool) -> None:
        if enabled and self._entries:
            self.session.flush()
            chain.append(self.session, self._entries)

    @property
    def kept(self) -> list[Keep]:
        return self._kept


@contextmanager
def unit_of_work(database: Database, actor: Actor) -> Iterator[Work]:
    work = Work(database.sessions(), actor, database.clock())
    try:
        with work.session, work.session.begin():
            yield work
            work.flush_changes()
            work.flush_audit(database.audited)
    finally:
        for write in work.kept:
            with unit_of_work(database, actor) as own:
                write(own)
