from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.changes import register
from backend.infrastructure.database import Row, personal
from backend.infrastructure.sealed import SealedText

KIND = "child"
CUSTODY = "custody"


class SchoolClassRow(Row):
    __tablename__ = "school_class"
    __table_args__ = (UniqueConstraint("site_id", "name"), {"info": register("school_class")})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class ClassGrantRow(Row):
    """A teacher may look at the children of a class until then, because a manager has said so."""

    __tablename__ = "class_grant"
    __table_args__ = (Index("ix_class_grant_staff_id", "staff_id", "until_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    class_id: Mapped[UUID] = mapped_column(ForeignKey("school_class.id", ondelete="CASCADE"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ChildRow(Row):
    __tablename__ = "child"
    __table_args__ = (Index("ix_child_class_id", "class_id"), {"info": register("child")})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    class_id: Mapped[UUID] = mapped_column(ForeignKey("school_class.id"))
    name: Mapped[str] = mapped_column(SealedText("child.name"), info=personal(KIND))
    born_on: Mapped[str] = mapped_column(SealedText("child.born_on"), info=personal(KIND))
    """ISO 8601."""
    left_on: Mapped[date | None]
    created_at: Mapped[datetime]


class GuardianRow(Row):
    """Who stands by a child. A revoked one stays on file, so that the gate knows whom it refuses."""

    __tablename__ = "guardian"
    __table_args__ = (
        UniqueConstraint("child_id", "person_id"),
        Index("ix_guardian_person_id", "person_id"),
        {"info": register("guardian", about="child_id")},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id", ondelete="CASCADE"), info=personal(KIND))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), info=personal(KIND))
    relation: Mapped[str] = mapped_column(Text, info=personal(KIND))
    of_age_on: Mapped[date | None] = mapped_column(info=personal(KIND))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class CustodyFactRow(Row):
    """Not a register on purpose: its history is the audit log's, which no page of the registers shows."""

    __tablename__ = "custody_fact"
    __table_args__ = (
        CheckConstraint("ground = 'head_decision' OR document IS NOT NULL", name="document"),
        CheckConstraint("(document IS NULL) = (document_at IS NULL)", name="document_at"),
        Index("ix_custody_fact_child_id", "child_id", "person_id"),
        Index("ix_custody_fact_person_id", "person_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id", ondelete="CASCADE"), info=personal(CUSTODY))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), info=personal(CUSTODY))
    ground: Mapped[str] = mapped_column(Text, info=personal(CUSTODY))
    document: Mapped[str | None] = mapped_column(SealedText("custody_fact.document"), info=personal(CUSTODY))
    """The reference of the order or of the paper that followed, never its text."""
    document_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None]
