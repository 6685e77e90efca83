from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Index, PrimaryKeyConstraint, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row, personal

PLATE = "plate"


class CaptureRow(Row):
    """Partitioned by month of receipt, so that a month's captures go by dropping one table."""

    __tablename__ = "capture"
    __table_args__ = (
        PrimaryKeyConstraint("received_at", "id"),
        Index("ix_capture_site_id_received_at", "site_id", "received_at"),
        {"postgresql_partition_by": "RANGE (received_at)"},
    )

    id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    site_id: Mapped[UUID]
    gate_id: Mapped[UUID]
    device_id: Mapped[UUID]
    event_id: Mapped[UUID]
    boot_id: Mapped[UUID]
    counter: Mapped[int]
    kind: Mapped[str] = mapped_column(Text)
    direction: Mapped[str] = mapped_column(Text)
    media_id: Mapped[UUID]
    payload: Mapped[dict[str, Any]] = mapped_column(info=personal(PLATE))
    """What the device itself says it saw, with its origin marked; never trusted to open anything."""
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]


class PassageRow(Row):
    __tablename__ = "passage"
    __table_args__ = (
        Index("ix_passage_site_id_created_at_id", "site_id", "created_at", "id"),
        Index("ix_passage_visit_id", "visit_id", postgresql_where=text("visit_id IS NOT NULL")),
        Index("ix_passage_waiting", "site_id", "created_at", postgresql_where=text("state IN ('reading', 'waiting')")),
        # One photo, one passage: a job that ran twice cannot decide twice.
        Index("uq_passage_capture_id", "capture_id", unique=True, postgresql_where=text("capture_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    gate_id: Mapped[UUID] = mapped_column(ForeignKey("gate.id"))
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    direction: Mapped[str] = mapped_column(Text)
    credential: Mapped[str] = mapped_column(Text)
    capture_id: Mapped[UUID | None]
    media_id: Mapped[UUID | None]
    plate: Mapped[str | None] = mapped_column(Text, info=personal(PLATE))
    plate_colour: Mapped[str | None] = mapped_column(Text)
    plate_kind: Mapped[str | None] = mapped_column(Text)
    confidence: Mapped[float | None]
    alternatives: Mapped[list[list[Any]]] = mapped_column(JSONB, info=personal(PLATE))
    engine: Mapped[str | None] = mapped_column(Text)
    read_ms: Mapped[float | None]
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    hand_reason: Mapped[str | None] = mapped_column(Text)
    reason_owed: Mapped[bool] = mapped_column(Boolean)
    decided_by: Mapped[UUID | None]
    visit_id: Mapped[UUID | None]
    vehicle_id: Mapped[UUID | None]
    occurred_at: Mapped[datetime]
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
