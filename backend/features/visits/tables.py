from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row, personal
from backend.infrastructure.sealed import SealedText

VISITOR = "visitor"


class VisitRow(Row):
    __tablename__ = "visit"
    __table_args__ = (
        CheckConstraint("valid_until > valid_from", name="window"),
        CheckConstraint("entries <= max_entries", name="entries"),
        CheckConstraint("num_nonnulls(household_id, employee_id) = 1", name="host"),
        CheckConstraint("num_nulls(weekdays, from_minute, until_minute, entries_a_day) IN (0, 4)", name="series"),
        CheckConstraint("(closed_from IS NULL) = (closed_until IS NULL)", name="closed"),
        Index("ix_visit_site_id_plate", "site_id", "plate", postgresql_where=text("plate IS NOT NULL")),
        # A code means one visit: it is free again once its visit is closed.
        Index(
            "uq_visit_site_id_code_hash", "site_id", "code_hash", unique=True, postgresql_where=text("NOT code_freed")
        ),
        Index("ix_visit_household_id_created_at", "household_id", "created_at"),
        Index("ix_visit_employee_id", "employee_id", postgresql_where=text("employee_id IS NOT NULL")),
        Index("ix_visit_pending", "site_id", "valid_from", postgresql_where=text("state = 'pending'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    household_id: Mapped[UUID | None] = mapped_column(ForeignKey("household.id"))
    resident_id: Mapped[UUID | None] = mapped_column(ForeignKey("resident.id"))
    employee_id: Mapped[UUID | None] = mapped_column(ForeignKey("employee.id"))
    visitor_name: Mapped[str] = mapped_column(SealedText("visit.visitor_name"), info=personal(VISITOR))
    visitor_phone: Mapped[str | None] = mapped_column(SealedText("visit.visitor_phone"), info=personal(VISITOR))
    plate: Mapped[str | None] = mapped_column(Text, info=personal(VISITOR))
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime] = mapped_column(index=True)
    max_entries: Mapped[int] = mapped_column(SmallInteger)
    entries: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(SealedText("visit.code"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    code_freed: Mapped[bool]
    link_token: Mapped[str] = mapped_column(SealedText("visit.link_token"))
    link_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(Text, server_default="guest")
    announced_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    """The member of staff, where no resident announced it."""
    weekdays: Mapped[int | None] = mapped_column(SmallInteger)
    """Bits, Monday the lowest; with the three below the terms of a series, minutes of the local day."""
    from_minute: Mapped[int | None] = mapped_column(SmallInteger)
    until_minute: Mapped[int | None] = mapped_column(SmallInteger)
    entries_a_day: Mapped[int | None] = mapped_column(SmallInteger)
    except_on: Mapped[list[date]] = mapped_column(ARRAY(Date), server_default=text("'{}'::date[]"))
    day_entries: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    entries_on: Mapped[date | None]
    closed_from: Mapped[int | None] = mapped_column(SmallInteger)
    closed_until: Mapped[int | None] = mapped_column(SmallInteger)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    refusal: Mapped[str | None] = mapped_column(Text)


class CodeGuessRow(Row):
    """Wrong codes at one device in one minute: six digits stand only as long as guesses are counted."""

    __tablename__ = "code_guess"

    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True)
    wrong: Mapped[int] = mapped_column(SmallInteger)
