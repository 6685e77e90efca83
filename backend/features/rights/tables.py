from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row, personal
from backend.infrastructure.sealed import SealedText


class DataExportRow(Row):
    """A copy of everything about one resident, sealed, for as long as it takes them to fetch it."""

    __tablename__ = "data_export"
    __table_args__ = (Index("ix_data_export_resident_id_asked_at", "resident_id", "asked_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    resident_id: Mapped[UUID] = mapped_column(ForeignKey("resident.id"))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    byte_count: Mapped[int]
    content: Mapped[str | None] = mapped_column(
        SealedText("data_export.content"), info=personal("data_export"), deferred=True
    )
    """Base64 of the zip; None until it is made."""
