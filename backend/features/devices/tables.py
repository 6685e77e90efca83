from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row


class DeviceRow(Row):
    """A machine identity. Its token is shown once at enrolment and stored as a keyed hash."""

    __tablename__ = "device"
    __table_args__ = (CheckConstraint("direction IN ('in', 'out')", name="direction"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    gate_id: Mapped[UUID | None] = mapped_column(ForeignKey("gate.id"))
    kind: Mapped[str] = mapped_column(Text)
    door_id: Mapped[UUID | None] = mapped_column(ForeignKey("door.id"))
    direction: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    revoked_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    one_car_seconds: Mapped[int] = mapped_column(SmallInteger, server_default="8")
    """Pictures of this lane that lie no further apart may be of one car."""


class DeviceEventRow(Row):
    """Decides repeats for 90 days: the same body gets the stored answer, another body a 409."""

    __tablename__ = "device_event"
    __table_args__ = (
        PrimaryKeyConstraint("device_id", "event_id"),
        # For the numbers that are missing in what a terminal sends after it was cut off.
        Index("ix_device_event_device_id_boot_id_counter", "device_id", "boot_id", "counter"),
    )

    device_id: Mapped[UUID]
    event_id: Mapped[UUID]
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[dict[str, Any]]
    boot_id: Mapped[UUID]
    counter: Mapped[int] = mapped_column(BigInteger)
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(index=True)


class DeviceEventConflictRow(Row):
    """A changed repeat, kept apart for a person. Hash and envelope only: the body may hold anything."""

    __tablename__ = "device_event_conflict"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    device_id: Mapped[UUID] = mapped_column(index=True)
    event_id: Mapped[UUID]
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(index=True)


class DeviceCommandRow(Row):
    __tablename__ = "device_command"
    __table_args__ = (
        Index("ix_device_command_waiting", "device_id", "expires_at", postgresql_where=text("acknowledged_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    kind: Mapped[str] = mapped_column(Text)
    passage_id: Mapped[UUID | None]
    issued_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(Text)
