from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row


class VisitPolicyRow(Row):
    """Each time that a site decided how it receives visitors; the newest counts. Minutes are of the local day."""

    __tablename__ = "visit_policy"
    __table_args__ = (
        CheckConstraint("(closed_from IS NULL) = (closed_until IS NULL)", name="closed"),
        Index("ix_visit_policy_site_id_at", "site_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    approval: Mapped[str] = mapped_column(Text)
    free_from: Mapped[int] = mapped_column(SmallInteger)
    free_until: Mapped[int] = mapped_column(SmallInteger)
    closed_from: Mapped[int | None] = mapped_column(SmallInteger)
    closed_until: Mapped[int | None] = mapped_column(SmallInteger)
    open_visits: Mapped[int] = mapped_column(SmallInteger)
    visits_a_day: Mapped[int] = mapped_column(SmallInteger)
    longest_window_days: Mapped[int] = mapped_column(SmallInteger)
    longest_series_days: Mapped[int] = mapped_column(SmallInteger)
    courier_minutes: Mapped[int] = mapped_column(SmallInteger)
    answer_seconds: Mapped[int] = mapped_column(SmallInteger)
    ringing: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[UUID | None]
    at: Mapped[datetime]
