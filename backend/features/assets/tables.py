from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.changes import register
from backend.infrastructure.database import Row


class AssetRow(Row):
    __tablename__ = "asset"
    __table_args__ = (
        UniqueConstraint("site_id", "code"),
        Index("ix_asset_due", "site_id", "next_due_on"),
        CheckConstraint("check_interval_days BETWEEN 1 AND 3660", name="interval"),
        {"info": register("asset")},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    code: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    check_interval_days: Mapped[int | None]
    last_checked_on: Mapped[date | None]
    next_due_on: Mapped[date | None] = mapped_column(Computed("last_checked_on + check_interval_days"))
    """None also for what was never checked: `rules` decides that it is due."""
    retired: Mapped[bool]
    created_at: Mapped[datetime]
