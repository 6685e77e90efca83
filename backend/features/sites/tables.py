from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.changes import DERIVED, register
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
        {"info": register("site")},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    home_province: Mapped[str] = mapped_column(Text)
    """The plate's first character here, 苏: breaks ties between equally likely readings."""
    vehicles_by_approval: Mapped[bool] = mapped_column(server_default=true())
    """Whether the property has a word on a car before it opens the gate, or the resident's own is enough."""
    created_at: Mapped[datetime]


class BuildingRow(Row):
    __tablename__ = "building"
    __table_args__ = (UniqueConstraint("site_id", "name"), {"info": register("building")})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    name: Mapped[str] = mapped_column(Text)
    retired_on: Mapped[date | None]


class UnitRow(Row):
    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("building_id", "name"), {"info": register("unit")})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    building_id: Mapped[UUID] = mapped_column(ForeignKey("building.id"))
    name: Mapped[str] = mapped_column(Text)


class RoomRow(Row):
    __tablename__ = "room"
    __table_args__ = (
        UniqueConstraint("unit_id", "number"),
        Index("ix_room_site_id_sort_key", "site_id", "sort_key", "id"),
        {"info": register("room")},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    number: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"), server_default="", info=DERIVED)
    """`rules.room_key`: lists walk an index in the order in which people count."""


class GateRow(Row):
    """An entrance of the site. `bit` is its place in the gate bitmap of a signed pass."""

    __tablename__ = "gate"
    __table_args__ = (
        UniqueConstraint("site_id", "name"),
        UniqueConstraint("site_id", "bit"),
        CheckConstraint("bit BETWEEN 0 AND 31", name="bit"),
        {"info": register("gate")},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    name: Mapped[str] = mapped_column(Text)
    bit: Mapped[int] = mapped_column(SmallInteger)
    retired_on: Mapped[date | None]


class ZoneRow(Row):
    """An area that the standard names; `kind` is one of `ZoneKind`. `building_id` where it lies in one."""

    __tablename__ = "zone"
    __table_args__ = (UniqueConstraint("site_id", "name"), {"info": register("zone")})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    building_id: Mapped[UUID | None] = mapped_column(ForeignKey("building.id"))
    retired_on: Mapped[date | None]


class BoundarySegmentRow(Row):
    """A stretch of the perimeter between two corners, and what watches it."""

    __tablename__ = "boundary_segment"
    __table_args__ = (
        UniqueConstraint("site_id", "name"),
        CheckConstraint("length_cm > 0 AND (height_cm IS NULL OR height_cm > 0)", name="size"),
        {"info": register("boundary_segment")},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    length_cm: Mapped[int] = mapped_column(Integer)
    height_cm: Mapped[int | None] = mapped_column(Integer)
    """None for what has no height: water."""
    protections: Mapped[str] = mapped_column(Text)
    """`Protection` values with commas between, in the enum's order; empty where nothing watches."""
    retired_on: Mapped[date | None]


class DoorRow(Row):
    """A door inside the site: of a building, a unit or a zone. Entrances of the site itself are gates."""

    __tablename__ = "door"
    __table_args__ = (
        UniqueConstraint("site_id", "name"),
        CheckConstraint("num_nonnulls(building_id, unit_id, zone_id) = 1", name="place"),
        {"info": register("door")},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    name: Mapped[str] = mapped_column(Text)
    building_id: Mapped[UUID | None] = mapped_column(ForeignKey("building.id"))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"), index=True)
    zone_id: Mapped[UUID | None] = mapped_column(ForeignKey("zone.id"))
    retired_on: Mapped[date | None]
