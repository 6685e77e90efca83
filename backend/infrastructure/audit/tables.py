from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, PrimaryKeyConstraint, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row


class AuditEntryRow(Row):
    """Append-only: the application's role may insert and select, nothing else."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "sequence"),
        # By which somebody finds the lists that they stood on.
        Index(
            "ix_audit_entry_subjects",
            text("(facts -> 'subjects')"),
            postgresql_using="gin",
            postgresql_where=text("jsonb_exists(facts, 'subjects')"),
        ),
    )

    tenant_id: Mapped[UUID]
    sequence: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID | None] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(Text)
    subject_kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    purpose: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]]
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class AuditHeadRow(Row):
    """Where each tenant's chain ends; its row lock puts entries in order."""

    __tablename__ = "audit_head"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class AuditCheckpointRow(Row):
    """A signed head. A copy goes to the witness folder, which the database's operator does not own."""

    __tablename__ = "audit_checkpoint"
    __table_args__ = (PrimaryKeyConstraint("tenant_id", "sequence"),)

    tenant_id: Mapped[UUID]
    sequence: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    key_version: Mapped[int] = mapped_column(SmallInteger)
    signature: Mapped[bytes] = mapped_column(LargeBinary)


class AuditLookRow(Row):
    """Somebody looked at something for a purpose within one ten-minute window: recorded once."""

    __tablename__ = "audit_look"
    __table_args__ = (PrimaryKeyConstraint("actor_id", "subject_kind", "subject_id", "purpose", "window_start"),)

    actor_id: Mapped[UUID]
    subject_kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[UUID]
    purpose: Mapped[str] = mapped_column(Text)
    window_start: Mapped[datetime] = mapped_column(index=True)
