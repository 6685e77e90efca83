from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row, personal
from backend.infrastructure.sealed import SealedText

KIND = "intercom"


class IntercomCallRow(Row):
    """One press at a station; without a household it rang nowhere."""

    __tablename__ = "intercom_call"
    __table_args__ = (
        Index("ix_intercom_call_household_id", "household_id", "started_at", "id"),
        Index("ix_intercom_call_device_id", "device_id", "started_at"),
        Index(
            "ix_intercom_call_open",
            "site_id",
            "guard_from",
            postgresql_where=text("state IN ('ringing', 'answered', 'missed')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    household_id: Mapped[UUID | None] = mapped_column(ForeignKey("household.id"), info=personal(KIND))
    media_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    guard_from: Mapped[datetime]
    answered_by: Mapped[UUID | None] = mapped_column(info=personal(KIND))
    decided_by: Mapped[UUID | None] = mapped_column(info=personal(KIND))
    guard_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    command_id: Mapped[UUID | None]
    reason: Mapped[str | None] = mapped_column(Text)
    words: Mapped[str | None] = mapped_column(SealedText("intercom_call.words"), info=personal(KIND))
    """What the guard said of it, beside the preset reason."""


class IntercomRingRow(Row):
    __tablename__ = "intercom_ring"
    __table_args__ = (Index("ix_intercom_ring_call_id", "call_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    call_id: Mapped[UUID]
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    way: Mapped[str] = mapped_column(Text)
    resident_id: Mapped[UUID | None] = mapped_column(info=personal(KIND))
    person_id: Mapped[UUID | None] = mapped_column(info=personal(KIND))
    state: Mapped[str] = mapped_column(Text)
    provider_id: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(index=True)


class IntercomEventRow(Row):
    """The history of a call, line by line."""

    __tablename__ = "intercom_event"
    __table_args__ = (Index("ix_intercom_event_call_id", "call_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    call_id: Mapped[UUID]
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    what: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(index=True)
    resident_id: Mapped[UUID | None] = mapped_column(info=personal(KIND))
    staff_id: Mapped[UUID | None]
