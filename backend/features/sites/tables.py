from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row


class TenantRow(Row):
    """A property company or a school: whose people and records these are."""

    __tablename__ = "tenant"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    password_profile: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class SiteRow(Row):
    """A residential community (小区) or a campus (校园)."""

    __tablename__ = "site"
    __table_args__ = (
        UniqueConstraint("tenant_id", "name"),
        CheckConstraint("kind IN ('community', 'campus')", name="kind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    home_province: Mapped[str] = mapped_column(Text)
    """The plate's first character here, 苏: breaks ties between equally likely readings."""
    created_at: Mapped[datetime]


class BuildingRow(Row):
    __tablename__ = "building"
    __table_args__ = (UniqueConstraint("site_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    name: Mapped[str] = mapped_column(Text)


class UnitRow(Row):
    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("building_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    building_id: Mapped[UUID] = mapped_column(ForeignKey("building.id"))
    name: Mapped[str] = mapped_column(Text)


class RoomRow(Row):
    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("unit_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    number: Mapped[str] = mapped_column(Text)


class GateRow(Row):
    """An entrance of the site. `bit` is its place in the gate bitmap of a signed pass."""

    __tablename__ = "gate"
    __table_args__ = (
        UniqueConstraint("site_id", "name"),
        UniqueConstraint("site_id", "bit"),
        CheckConstraint("bit BETWEEN 0 AND 31", name="bit"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    name: Mapped[str] = mapped_column(Text)
    bit: Mapped[int] = mapped_column(SmallInteger)
