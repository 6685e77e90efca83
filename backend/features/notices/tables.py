from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row


class NoticeRow(Row):
    __tablename__ = "notice"
    __table_args__ = (CheckConstraint("num_nonnulls(visit_id, credential_id, walk_in_id) = 1", name="subject"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    visit_id: Mapped[UUID | None] = mapped_column(index=True)
    credential_id: Mapped[UUID | None]
    walk_in_id: Mapped[UUID | None]
    resident_id: Mapped[UUID | None]
    gate_id: Mapped[UUID | None]
    occurred_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(Text)
    channel: Mapped[str | None] = mapped_column(Text)
    provider_id: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(index=True)
    accepted_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
