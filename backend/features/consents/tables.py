from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Index, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row


class ConsentRow(Row):
    """Each word of a resident on one purpose; the newest counts, the others are proof."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_resident_id", "resident_id", "purpose", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    resident_id: Mapped[UUID] = mapped_column(ForeignKey("resident.id"))
    purpose: Mapped[str] = mapped_column(Text)
    given: Mapped[bool] = mapped_column(Boolean)
    text: Mapped[str] = mapped_column(Text)
    """What they were shown."""
    version: Mapped[int] = mapped_column(SmallInteger)
    at: Mapped[datetime] = mapped_column(index=True)
