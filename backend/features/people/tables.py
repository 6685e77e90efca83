from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row, personal
from backend.infrastructure.sealed import SealedText


class PersonRow(Row):
    __tablename__ = "person"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    name: Mapped[str] = mapped_column(SealedText("person.name"), info=personal("person_identity"))
    phone: Mapped[str | None] = mapped_column(SealedText("person.phone"), info=personal("person_identity"))
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary, index=True, info=personal("person_identity"))
    created_at: Mapped[datetime]


class HouseholdRow(Row):
    """Who lives in a room together; the next family in the room is another household."""

    __tablename__ = "household"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    room_id: Mapped[UUID] = mapped_column(ForeignKey("room.id"), index=True)
    created_at: Mapped[datetime]


class HouseholdMemberRow(Row):
    __tablename__ = "household_member"
    __table_args__ = (
        Index(
            "uq_household_member_current",
            "household_id",
            "person_id",
            unique=True,
            postgresql_where=text("until_on IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    relation: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    """Exclusive."""


class VehicleRow(Row):
    """`plate` is normalised; at most one active vehicle of a site bears it."""

    __tablename__ = "vehicle"
    __table_args__ = (
        Index("uq_vehicle_active_plate", "site_id", "plate", unique=True, postgresql_where=text("active")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"), index=True)
    plate: Mapped[str] = mapped_column(Text, info=personal("person_identity"))
    active: Mapped[bool]
    created_at: Mapped[datetime]
