from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Index, Integer, PrimaryKeyConstraint, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row, personal
from backend.infrastructure.sealed import SealedText

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
        Index(
            "ix_passage_vehicle_id",
            "vehicle_id",
            "created_at",
            postgresql_where=text("vehicle_id IS NOT NULL"),
        ),
        Index("ix_passage_waiting", "site_id", "created_at", postgresql_where=text("state IN ('reading', 'waiting')")),
        Index("ix_passage_device_id_seen_until", "device_id", "seen_until"),
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
    hand_words: Mapped[str | None] = mapped_column(SealedText("passage.hand_words"), info=personal("plate"))
    """What the guard said of it, beside the preset reason."""
    hand_reason: Mapped[str | None] = mapped_column(Text)
    reason_owed: Mapped[bool] = mapped_column(Boolean)
    decided_by: Mapped[UUID | None]
    visit_id: Mapped[UUID | None]
    vehicle_id: Mapped[UUID | None]
    occurred_at: Mapped[datetime]
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    seen_until: Mapped[datetime] = mapped_column(server_default=func.now())
    captures: Mapped[int] = mapped_column(Integer, server_default="1")
    joined_to: Mapped[UUID | None]
    characters: Mapped[list[list[Any]]] = mapped_column(JSONB, server_default="[]", info=personal(PLATE))
    """The voted reading letter by letter: text, probability, alternatives."""
    vehicle: Mapped[dict[str, Any]] = mapped_column(server_default="{}", info=personal(PLATE))
    """What the camera itself said of the vehicle; only what it said."""


class PlateReadingRow(Row):
    """What an engine read in one picture. A picture is read once: a job that ran twice adds nothing."""

    __tablename__ = "plate_reading"
    __table_args__ = (Index("ix_plate_reading_passage_id", "passage_id"),)

    capture_id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    passage_id: Mapped[UUID]
    media_id: Mapped[UUID]
    text: Mapped[str | None] = mapped_column(Text, info=personal(PLATE))
    certain: Mapped[bool] = mapped_column(Boolean)
    confidence: Mapped[float]
    characters: Mapped[list[list[Any]]] = mapped_column(JSONB, info=personal(PLATE))
    alternatives: Mapped[list[list[Any]]] = mapped_column(JSONB, info=personal(PLATE))
    colour: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(Text)
    engine: Mapped[str] = mapped_column(Text)
    engine_version: Mapped[str] = mapped_column(Text)
    read_ms: Mapped[float]
    box: Mapped[list[int] | None] = mapped_column(JSONB(none_as_null=True))
    """Left, top, right and bottom of the plate, in pixels of the upright picture."""
    occurred_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(index=True)


class PlateReviewRow(Row):
    """A person's word on a doubtful reading: what was read, what they say, and what that led to."""

    __tablename__ = "plate_review"
    __table_args__ = (Index("ix_plate_review_site_id_at", "site_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    passage_id: Mapped[UUID] = mapped_column(index=True)
    read: Mapped[str | None] = mapped_column(Text, info=personal(PLATE))
    said: Mapped[str] = mapped_column(Text, info=personal(PLATE))
    outcome: Mapped[str] = mapped_column(Text)
    decision: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[UUID | None]
    at: Mapped[datetime] = mapped_column(index=True)
