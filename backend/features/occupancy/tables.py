from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row


class DepartureRow(Row):
    """A guard's word that whoever came in with a passage has left, where no exit says so."""

    __tablename__ = "departure"
    __table_args__ = (Index("ix_departure_site_id_at", "site_id", "at"),)

    passage_id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    at: Mapped[datetime] = mapped_column(index=True)
    marked_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class EvacuationTickRow(Row):
    """Somebody of the evacuation list was seen safe. The phone makes the id, so that sending twice is one tick."""

    __tablename__ = "evacuation_tick"
    __table_args__ = (Index("ix_evacuation_tick_site_id_received_at", "site_id", "received_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    passage_id: Mapped[UUID]
    safe: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime]
    """By the phone's clock, never later than we heard of it."""
    marked_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    received_at: Mapped[datetime] = mapped_column(index=True)
