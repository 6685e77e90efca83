from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row, personal
from backend.infrastructure.sealed import SealedText

VISITOR = "visitor"


class WalkInRow(Row):
    """Somebody who stood at the gate unannounced, and what became of it."""

    __tablename__ = "walk_in"
    __table_args__ = (
        Index("ix_walk_in_site_id_created_at", "site_id", "created_at"),
        Index("ix_walk_in_household_id_created_at", "household_id", "created_at"),
        # A car that waits is asked about once at a time.
        Index(
            "uq_walk_in_open_passage",
            "passage_id",
            unique=True,
            postgresql_where=text(
                "passage_id IS NOT NULL AND state IN ('asking_host', 'asking_backup', 'guard_decides')"
            ),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"))
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    passage_id: Mapped[UUID | None]
    name: Mapped[str] = mapped_column(SealedText("walk_in.name"), info=personal(VISITOR))
    phone_tail: Mapped[str | None] = mapped_column(SealedText("walk_in.phone_tail"), info=personal(VISITOR))
    plate: Mapped[str | None] = mapped_column(Text, info=personal(VISITOR))
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    answer_by: Mapped[datetime | None]
    asked_backup: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    answerer: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("resident.id"))
    answered_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)
    refusal: Mapped[str | None] = mapped_column(Text)
    visit_id: Mapped[UUID | None]
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    rung_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(index=True)


class BackupContactRow(Row):
    """Whom a household wants asked when nobody of it answers: a resident of the site, or a telephone number."""

    __tablename__ = "backup_contact"

    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"), primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    name: Mapped[str] = mapped_column(SealedText("backup_contact.name"), info=personal("resident_identity"))
    phone: Mapped[str] = mapped_column(SealedText("backup_contact.phone"), info=personal("resident_identity"))
    resident_id: Mapped[UUID | None] = mapped_column(ForeignKey("resident.id"), index=True)
    """The resident with this number, who may answer in the mini-program."""
    named_by: Mapped[UUID | None] = mapped_column(ForeignKey("resident.id"))
    at: Mapped[datetime]
