from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.changes import register
from backend.infrastructure.database import Row, personal
from backend.infrastructure.sealed import SealedText


class PersonRow(Row):
    """The numbers are found by their keyed hashes, the name by `search_tokens` (a blind index)."""

    __tablename__ = "person"
    __table_args__ = (
        Index("ix_person_search_tokens", "search_tokens", postgresql_using="gin"),
        # One person a document at a site: the same number twice is the same person twice.
        Index("uq_person_document", "site_id", "document_hash", unique=True),
        CheckConstraint("(document_kind IS NULL) = (document_number IS NULL)", name="document"),
        {"info": register("person")},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    name: Mapped[str] = mapped_column(SealedText("person.name"), info=personal("person_identity"))
    phone: Mapped[str | None] = mapped_column(SealedText("person.phone"), info=personal("person_identity"))
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary, index=True, info=personal("person_identity"))
    document_kind: Mapped[str | None] = mapped_column(Text)
    document_number: Mapped[str | None] = mapped_column(
        SealedText("person.document_number"), info=personal("person_identity")
    )
    document_hash: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal("person_identity"))
    registered_home: Mapped[str | None] = mapped_column(
        SealedText("person.registered_home"), info=personal("person_identity")
    )
    """户籍地址, where the household register has the person."""
    search_tokens: Mapped[list[int]] = mapped_column(
        ARRAY(BigInteger), server_default=text("'{}'::bigint[]"), info=personal("person_identity")
    )
    created_at: Mapped[datetime]


class HouseholdRow(Row):
    """Who lives in a room together; the next family in the room is another household."""

    __tablename__ = "household"
    __table_args__ = ({"info": register("household")},)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    room_id: Mapped[UUID] = mapped_column(ForeignKey("room.id"), index=True)
    created_at: Mapped[datetime]


class HouseholdMemberRow(Row):
    """A residency. `stay_until_on` is what a floating person has registered; reaching it ends nothing by itself."""

    __tablename__ = "household_member"
    __table_args__ = (
        Index(
            "uq_household_member_current",
            "household_id",
            "person_id",
            unique=True,
            postgresql_where=text("until_on IS NULL"),
        ),
        Index("ix_household_member_stay", "site_id", "stay_until_on", postgresql_where=text("until_on IS NULL")),
        {"info": register("residency", about="person_id")},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    relation: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    """Exclusive."""
    is_floating: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    stay_until_on: Mapped[date | None]
    """Exclusive, too."""


class VehicleRow(Row):
    """`plate` is normalised; at most one active vehicle of a site bears it."""

    __tablename__ = "vehicle"
    __table_args__ = (
        Index("uq_vehicle_active_plate", "site_id", "plate", unique=True, postgresql_where=text("active")),
        {"info": register("vehicle")},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"), index=True)
    plate: Mapped[str] = mapped_column(Text, info=personal("person_identity"))
    active: Mapped[bool]
    created_at: Mapped[datetime]
