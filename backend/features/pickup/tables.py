from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text, Time, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.changes import register
from backend.infrastructure.database import Row, personal
from backend.infrastructure.sealed import SealedText

KIND = "pickup"


class AuthorisationRow(Row):
    __tablename__ = "pickup_authorisation"
    __table_args__ = (
        Index("ix_pickup_authorisation_child_id", "child_id", "person_id"),
        {"info": register("pickup_authorisation", about="child_id")},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id", ondelete="CASCADE"), info=personal(KIND))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), info=personal(KIND))
    allows: Mapped[bool]
    weekdays: Mapped[int] = mapped_column(SmallInteger)
    """Bit 0 is Monday, bit 6 Sunday: an array would not be told in the register's history."""
    from_time: Mapped[time] = mapped_column(Time)
    until_time: Mapped[time] = mapped_column(Time)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    created_at: Mapped[datetime]


class DelegationRow(Row):
    """Somebody who may collect once. The pass in their hand says no more than this row's id."""

    __tablename__ = "pickup_delegation"
    __table_args__ = (Index("ix_pickup_delegation_site_id", "site_id", "valid_until"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    named_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"), info=personal(KIND))
    name: Mapped[str] = mapped_column(SealedText("pickup_delegation.name"), info=personal(KIND))
    id_tail: Mapped[str] = mapped_column(SealedText("pickup_delegation.id_tail"), info=personal(KIND))
    """The last four characters of the delegate's document, for a teacher's eyes."""
    photo_id: Mapped[UUID | None] = mapped_column(info=personal(KIND))
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime] = mapped_column(index=True)
    vetoed_at: Mapped[datetime | None]
    vetoed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), info=personal(KIND))
    used_at: Mapped[datetime | None]
    used_check_id: Mapped[UUID | None]
    created_at: Mapped[datetime]


class DelegationChildRow(Row):
    __tablename__ = "pickup_delegation_child"

    delegation_id: Mapped[UUID] = mapped_column(
        ForeignKey("pickup_delegation.id", ondelete="CASCADE"), primary_key=True
    )
    child_id: Mapped[UUID] = mapped_column(
        ForeignKey("child.id", ondelete="CASCADE"), primary_key=True, index=True, info=personal(KIND)
    )


class LeaveRow(Row):
    """A guardian's word that the child does not come: nobody is called because it is not there."""

    __tablename__ = "pickup_leave"
    __table_args__ = (Index("ix_pickup_leave_child_id", "child_id", "until_on"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id", ondelete="CASCADE"), info=personal(KIND))
    from_on: Mapped[date]
    until_on: Mapped[date] = mapped_column(index=True)
    """Exclusive."""
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"), info=personal(KIND))
    created_at: Mapped[datetime]


class PickupCheckRow(Row):
    """Somebody was at the gate: what was shown, and what came of it for the adult."""

    __tablename__ = "pickup_check"
    __table_args__ = (
        Index("ix_pickup_check_credential_id", "credential_id", "at"),
        Index("ix_pickup_check_site_id", "site_id", "at"),
        Index(
            "ix_pickup_check_open_alert",
            "site_id",
            "at",
            postgresql_where=text("alerts_head AND acknowledged_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    gate_id: Mapped[UUID] = mapped_column(ForeignKey("gate.id"))
    person_id: Mapped[UUID | None] = mapped_column(info=personal(KIND))
    credential_id: Mapped[UUID | None] = mapped_column(info=personal(KIND))
    delegation_id: Mapped[UUID | None] = mapped_column(info=personal(KIND))
    photo_id: Mapped[UUID | None] = mapped_column(info=personal(KIND))
    card_state: Mapped[str] = mapped_column(Text)
    factor: Mapped[str] = mapped_column(Text)
    list_age_seconds: Mapped[int | None] = mapped_column(Integer)
    occurred_at: Mapped[datetime]
    at: Mapped[datetime] = mapped_column(index=True)
    """When we heard of it."""
    admitted: Mapped[bool]
    gate_admitted: Mapped[bool | None]
    """What the gate had done by its own list, where it could not ask."""
    alerts_head: Mapped[bool]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class PickupDecisionRow(Row):
    """One child of one check. `reason` is a doubt, a denial, or empty where the child may go."""

    __tablename__ = "pickup_decision"
    __table_args__ = (
        CheckConstraint("outcome IN ('admit', 'ask', 'refuse')", name="outcome"),
        CheckConstraint("(outcome = 'admit') = (reason IS NULL)", name="reason"),
    )

    check_id: Mapped[UUID] = mapped_column(ForeignKey("pickup_check.id", ondelete="CASCADE"), primary_key=True)
    child_id: Mapped[UUID] = mapped_column(
        ForeignKey("child.id", ondelete="CASCADE"), primary_key=True, index=True, info=personal(KIND)
    )
    outcome: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)


class ReleaseRow(Row):
    """A child has gone, by a teacher's hand. Once a day, whoever else is at another gate at the same moment."""

    __tablename__ = "pickup_release"
    __table_args__ = (
        Index("uq_pickup_release_day", "child_id", "day", unique=True, postgresql_where=text("undone_at IS NULL")),
        Index("ix_pickup_release_check_id", "check_id"),
        CheckConstraint("num_nonnulls(check_id, override_id) = 1", name="ground"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id", ondelete="CASCADE"), info=personal(KIND))
    check_id: Mapped[UUID | None] = mapped_column(ForeignKey("pickup_check.id", ondelete="CASCADE"))
    override_id: Mapped[UUID | None] = mapped_column(ForeignKey("pickup_override.id", ondelete="CASCADE"))
    day: Mapped[date]
    settled: Mapped[str | None] = mapped_column(Text)
    """The doubt that the teacher has settled."""
    released_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(index=True)
    undone_at: Mapped[datetime | None]


class OverrideRow(Row):
    """Two members of staff let a child go: one has asked with the reason, the other says yes from an own account."""

    __tablename__ = "pickup_override"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id", ondelete="CASCADE"), info=personal(KIND))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), info=personal(KIND))
    called_back: Mapped[bool]
    identity_checked: Mapped[bool]
    reason: Mapped[str] = mapped_column(SealedText("pickup_override.reason"), info=personal(KIND))
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(index=True)
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    confirmed_at: Mapped[datetime | None]


class AttendanceRow(Row):
    __tablename__ = "pickup_attendance"
    __table_args__ = (CheckConstraint("state IN ('present', 'leave', 'absent')", name="state"),)

    child_id: Mapped[UUID] = mapped_column(
        ForeignKey("child.id", ondelete="CASCADE"), primary_key=True, info=personal(KIND)
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    state: Mapped[str] = mapped_column(Text, info=personal(KIND))
    marked_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    marked_at: Mapped[datetime] = mapped_column(index=True)


class CustodyStepRow(Row):
    """Who has the child now: each hand-over with a name, from the morning's arrival to the release."""

    __tablename__ = "custody_step"
    __table_args__ = (Index("ix_custody_step_child_id", "child_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id", ondelete="CASCADE"), info=personal(KIND))
    kind: Mapped[str] = mapped_column(Text)
    from_staff: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    to_staff: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    to_person: Mapped[UUID | None] = mapped_column(info=personal(KIND))
    to_delegation: Mapped[UUID | None] = mapped_column(info=personal(KIND))
    at: Mapped[datetime] = mapped_column(index=True)
