from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row, personal
from backend.infrastructure.sealed import SealedText


class ImportRow(Row):
    """A file on its way into a register. Its bytes are kept, sealed, until it is done or a day has passed."""

    __tablename__ = "register_import"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    register: Mapped[str] = mapped_column(Text)
    requested_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    state: Mapped[str] = mapped_column(Text)
    content: Mapped[str | None] = mapped_column(
        SealedText("register_import.content"), info=personal("register_import"), deferred=True
    )
    """Base64 of the file."""
    row_count: Mapped[int]
    rows_done: Mapped[int]
    counts: Mapped[dict[str, Any]]
    faults: Mapped[dict[str, Any]]
    problem: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]
