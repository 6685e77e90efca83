from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row, personal


class MediaRow(Row):
    """Bytes in the media store and whose they are. Pictures of people and plates: personal as a whole."""

    __tablename__ = "media"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    name: Mapped[str] = mapped_column(Text, unique=True, info=personal("capture_picture"))
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    byte_count: Mapped[int] = mapped_column(Integer)
    content_type: Mapped[str] = mapped_column(Text)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    attached: Mapped[bool] = mapped_column(Boolean)
    """False until an event refers to it; what stays unattached for a day is deleted."""
    created_at: Mapped[datetime] = mapped_column(index=True)
