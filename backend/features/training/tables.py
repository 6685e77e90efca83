from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row


class TrainingConsentRow(Row):
    """Each time that a site said whether its corrected readings may teach the engine; the newest counts."""

    __tablename__ = "training_consent"
    __table_args__ = (Index("ix_training_consent_site_id_at", "site_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    given: Mapped[bool] = mapped_column(Boolean)
    text: Mapped[str] = mapped_column(Text)
    """What whoever decided was shown."""
    decided_by: Mapped[UUID | None]
    at: Mapped[datetime]
