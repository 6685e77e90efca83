from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row


class JobState(Enum):
    PENDING = "pending"
    RUNNING = "running"
    ATTEMPTING = "attempting"
    """An outside call may be in flight: who re-claims this makes it uncertain, never sends again directly."""
    UNCERTAIN = "uncertain"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"


LEASED = (JobState.RUNNING.value, JobState.ATTEMPTING.value)
CLAIMABLE = (JobState.PENDING.value, JobState.UNCERTAIN.value)


class OutboxRow(Row):
    __tablename__ = "outbox_job"
    __table_args__ = (
        Index(
            "ix_outbox_job_waiting",
            "urgent",
            "queue",
            "not_before",
            postgresql_where=text("state IN ('pending', 'uncertain') AND hinted_at IS NULL"),
        ),
        Index(
            "ix_outbox_job_lost",
            "not_before",
            postgresql_where=text(
                "state IN ('pending', 'uncertain') AND hinted_at IS NULL AND lease_until IS NOT NULL AND NOT urgent"
            ),
        ),
        Index("ix_outbox_job_open", "state", "not_before", postgresql_where=text("finished_at IS NULL")),
        Index("ix_outbox_job_finished_at", "finished_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    queue: Mapped[str] = mapped_column(Text)
    urgent: Mapped[bool] = mapped_column(Boolean)
    site_id: Mapped[UUID | None]
    tenant_id: Mapped[UUID | None]
    payload: Mapped[dict[str, Any]]
    dedup_key: Mapped[str | None] = mapped_column(Text, unique=True)
    state: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    deadline: Mapped[datetime]
    hinted_at: Mapped[datetime | None]
    lease_owner: Mapped[str | None] = mapped_column(Text)
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(BigInteger)
    tries: Mapped[int] = mapped_column(Integer)
    max_tries: Mapped[int] = mapped_column(Integer)
    attempts: Mapped[int] = mapped_column(Integer)
    """How many times an outside call was begun."""
    uncertain_count: Mapped[int] = mapped_column(Integer)
    reclaim_seconds: Mapped[float | None]
    """The longest time between a lost worker's last sign of life and the next claim."""
    last_error: Mapped[str | None] = mapped_column(Text)
    """A code or an exception's class name: never its message, which may quote personal data."""
    finished_at: Mapped[datetime | None]
