from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row, personal
from backend.infrastructure.sealed import SealedText

KIND = "resident_matter"


class MatterRow(Row):
    """Asked by a resident, decided by the property; kept as proof that the right was honoured."""

    __tablename__ = "matter"
    __table_args__ = (
        Index("ix_matter_site_id_due_on", "site_id", "due_on", postgresql_where=text("state = 'open'")),
        Index("ix_matter_site_id_asked_at", "site_id", "asked_at"),
        Index("ix_matter_resident_id_asked_at", "resident_id", "asked_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    resident_id: Mapped[UUID] = mapped_column(ForeignKey("resident.id"))
    kind: Mapped[str] = mapped_column(Text)
    details: Mapped[str] = mapped_column(SealedText("matter.details"), info=personal(KIND))
    """JSON of `Details`."""
    state: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    due_on: Mapped[date]
    decided_at: Mapped[datetime | None] = mapped_column(index=True)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    answer: Mapped[str] = mapped_column(SealedText("matter.answer"), info=personal(KIND))
