from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from backend.features.sites.model import (
    BoundaryKind,
    BoundarySegment,
    Building,
    Door,
    DoorPlace,
    Gate,
    PlaceKind,
    Protection,
    Room,
    Site,
    SiteKind,
    Zone,
    ZoneKind,
)
from backend.features.sites.tables import (
    BoundarySegmentRow,
    BuildingRow,
    DoorRow,
    GateRow,
    RoomRow,
    SiteRow,
    TenantRow,
    UnitRow,
    ZoneRow,
)
from backend.kernel.identity import Scope
from backend.kernel.ids import BuildingId, DoorId, GateId, RoomId, SegmentId, SiteId, TenantId, UnitId, ZoneId


def find_site(session: Session, within: Scope, site_id: UUID) -> Site | None:
    row = session.scalar(select(SiteRow).where(SiteRow.id == site_id, SiteRow.id.in_(within.sites)))
    return None if row is None else _site(row)


def list_sites(session: Session, within: Scope) -> list[Site]:
    rows = session.scalars(select(SiteRow).where(SiteRow.id.in_(within.sites)).order_by(SiteRow.name))
    return [_site(row) for row in rows]


def _site(row: SiteRow) -> Site:
    return Site(
        SiteId(row.id),
        TenantId(row.tenant_id),
        row.name,
        SiteKind(row.kind),
        row.home_province,
        row.vehicles_by_approval,
    )


def find_gate(session: Session, within: Scope, gate_id: UUID) -> Gate | None:
    row = session.scalar(select(GateRow).where(GateRow.id == gate_id, GateRow.site_id.in_(within.sites)))
    return None if row is None else _gate(row)


def list_gates(session: Session, within: Scope) -> list[Gate]:
    rows = session.scalars(
        select(GateRow).where(GateRow.site_id.in_(within.sites)).order_by(GateRow.site_id, GateRow.bit)
    )
    return [_gate(row) for row in rows]


def _gate(row: GateRow) -> Gate:
    return Gate(GateId(row.id), SiteId(row.site_id), row.name, row.bit, row.retired_on)


def set_home_province(session: Session, within: Scope, site_id: SiteId, province: str) -> None:
    row = session.scalars(select(SiteRow).where(SiteRow.id == site_id, SiteRow.id.in_(within.sites))).one()
    row.home_province = province


def set_vehicles_by_approval(session: Session, within: Scope, site_id: SiteId, by_approval: bool) -> None:
    row = session.scalars(select(SiteRow).where(SiteRow.id == site_id, SiteRow.id.in_(within.sites))).one()
    row.vehicles_by_approval = by_approval


def next_gate_bit(session: Session, site_id: SiteId) -> int:
    last = session.scalar(select(func.max(GateRow.bit)).where(GateRow.site_id == site_id))
    return 0 if last is None else last + 1


def rooms_by_id(session: Session, within: Scope, ids: Iterable[UUID]) -> dict[UUID, Room]:
    """Rooms with their spoken labels, in one query."""
    rows = session.execute(
        select(RoomRow, UnitRow.name, BuildingRow.name)
        .join(UnitRow, UnitRow.id == RoomRow.unit_id)
        .join(BuildingRow, BuildingRow.id == UnitRow.building_id)
        .where(RoomRow.id.in_(list(ids)), RoomRow.site_id.in_(within.sites))
    )
    return {room.id: _room(room, unit, building) for room, unit, building in rows}


def rooms_numbered(
    session: Session, within: Scope, number: str, unit_id: UUID | None, building_id: UUID | None
) -> dict[UUID, str]:
    query = (
        select(RoomRow, UnitRow.name, BuildingRow.name)
        .join(UnitRow, UnitRow.id == RoomRow.unit_id)
        .join(BuildingRow, BuildingRow.id == UnitRow.building_id)
        .where(RoomRow.number == number, RoomRow.site_id.in_(within.sites))
    )
    if unit_id is not None:
        query = query.where(RoomRow.unit_id == unit_id)
    if building_id is not None:
        query = query.where(UnitRow.building_id == building_id)
    return {room.id: f"{building}{unit}{room.number}" for room, unit, building in session.execute(query)}


def _room(row: RoomRow, unit: str, building: str) -> Room:
    return Room(RoomId(row.id), SiteId(row.site_id), f"{building}{unit}{row.number}")


def password_profile(session: Session, tenant_id: TenantId) -> str:
    return session.scalars(select(TenantRow.password_profile).where(TenantRow.id == tenant_id)).one()


def building_row(session: Session, within: Scope, building_id: UUID) -> BuildingRow | None:
    return session.scalar(
        select(BuildingRow).where(BuildingRow.id == building_id, BuildingRow.site_id.in_(within.sites))
    )


def has_building(session: Session, site_id: SiteId, building_id: UUID) -> bool:
    return _has(session, BuildingRow, site_id, building_id)


def has_place(session: Session, site_id: SiteId, place: DoorPlace) -> bool:
    if place.building_id is not None:
        return _has(session, BuildingRow, site_id, place.building_id)
    if place.unit_id is not None:
        return _has(session, UnitRow, site_id, place.unit_id)
    return place.zone_id is not None and _has(session, ZoneRow, site_id, place.zone_id)


def _has(session: Session, row: type[BuildingRow | UnitRow | ZoneRow], site_id: SiteId, row_id: UUID) -> bool:
    return bool(session.scalar(select(exists().where(row.id == row_id, row.site_id == site_id))))


def list_zones(session: Session, within: Scope) -> list[Zone]:
    rows = session.scalars(
        select(ZoneRow).where(ZoneRow.site_id.in_(within.sites)).order_by(ZoneRow.kind, ZoneRow.name)
    )
    return [_zone(row) for row in rows]


def _zone(row: ZoneRow) -> Zone:
    building = None if row.building_id is None else BuildingId(row.building_id)
    return Zone(ZoneId(row.id), SiteId(row.site_id), ZoneKind(row.kind), row.name, building, row.retired_on)


def list_boundary(session: Session, within: Scope) -> list[BoundarySegment]:
    rows = session.scalars(
        select(BoundarySegmentRow)
        .where(BoundarySegmentRow.site_id.in_(within.sites))
        .order_by(BoundarySegmentRow.site_id, BoundarySegmentRow.name)
    )
    return [_segment(row) for row in rows]


def _segment(row: BoundarySegmentRow) -> BoundarySegment:
    return BoundarySegment(
        SegmentId(row.id),
        SiteId(row.site_id),
        row.name,
        BoundaryKind(row.kind),
        row.length_cm,
        row.height_cm,
        frozenset(Protection(value) for value in row.protections.split(",") if value),
        row.retired_on,
    )


def find_zone(session: Session, within: Scope, zone_id: UUID) -> Zone | None:
    row = session.scalar(select(ZoneRow).where(ZoneRow.id == zone_id, ZoneRow.site_id.in_(within.sites)))
    return None if row is None else _zone(row)


def find_door(session: Session, within: Scope, door_id: UUID) -> Door | None:
    row = session.scalar(select(DoorRow).where(DoorRow.id == door_id, DoorRow.site_id.in_(within.sites)))
    return None if row is None else _door(row)


def places_of_rooms(session: Session, within: Scope, rooms: Iterable[UUID]) -> dict[UUID, tuple[BuildingId, UnitId]]:
    found = session.execute(
        select(RoomRow.id, UnitRow.building_id, UnitRow.id)
        .join(UnitRow, UnitRow.id == RoomRow.unit_id)
        .where(RoomRow.id.in_(list(rooms)), RoomRow.site_id.in_(within.sites))
    )
    return {room: (BuildingId(building), UnitId(unit)) for room, building, unit in found}


def list_doors(session: Session, within: Scope) -> list[Door]:
    rows = session.scalars(
        select(DoorRow).where(DoorRow.site_id.in_(within.sites)).order_by(DoorRow.site_id, DoorRow.name)
    )
    return [_door(row) for row in rows]


def _door(row: DoorRow) -> Door:
    place = DoorPlace(
        None if row.building_id is None else BuildingId(row.building_id),
        None if row.unit_id is None else UnitId(row.unit_id),
        None if row.zone_id is None else ZoneId(row.zone_id),
    )
    return Door(DoorId(row.id), SiteId(row.site_id), row.name, place, row.retired_on)


PlaceRow = BuildingRow | GateRow | ZoneRow | BoundarySegmentRow | DoorRow
_PLACES: dict[PlaceKind, type[PlaceRow]] = {
    PlaceKind.BUILDING: BuildingRow,
    PlaceKind.GATE: GateRow,
    PlaceKind.ZONE: ZoneRow,
    PlaceKind.SEGMENT: BoundarySegmentRow,
    PlaceKind.DOOR: DoorRow,
}


def place_row(session: Session, within: Scope, kind: PlaceKind, place_id: UUID) -> PlaceRow | None:
    """Locked, for who is about to change it."""
    row: Any = _PLACES[kind]
    mine = select(row).where(row.id == place_id, row.site_id.in_(within.sites)).with_for_update()
    found: PlaceRow | None = session.scalar(mine)
    return found


def list_buildings(session: Session, within: Scope) -> list[Building]:
    """2幢 before 10幢."""
    rows = session.scalars(
        select(BuildingRow)
        .where(BuildingRow.site_id.in_(within.sites))
        .order_by(BuildingRow.site_id, func.char_length(BuildingRow.name), BuildingRow.name)
    )
    return [Building(BuildingId(row.id), SiteId(row.site_id), row.name, row.retired_on) for row in rows]


def rooms_of_building(session: Session, within: Scope, building_id: UUID) -> list[tuple[RoomRow, str]]:
    """Each with its unit's name."""
    rows = session.execute(
        select(RoomRow, UnitRow.name)
        .join(UnitRow, UnitRow.id == RoomRow.unit_id)
        .where(UnitRow.building_id == building_id, RoomRow.site_id.in_(within.sites))
    )
    return [(room, unit) for room, unit in rows]


def names_in_place(session: Session, within: Scope, kind: PlaceKind, place_id: UUID) -> list[str]:
    """The doors and zones in use that lie in a building or a zone."""
    found: list[str] = []
    if kind is PlaceKind.BUILDING:
        units = select(UnitRow.id).where(UnitRow.building_id == place_id)
        found += _names(session, within, ZoneRow, ZoneRow.building_id == place_id)
        found += _names(session, within, DoorRow, (DoorRow.building_id == place_id) | DoorRow.unit_id.in_(units))
    if kind is PlaceKind.ZONE:
        found += _names(session, within, DoorRow, DoorRow.zone_id == place_id)
    return found


def _names(session: Session, within: Scope, row: type[ZoneRow | DoorRow], which: ColumnElement[bool]) -> Sequence[str]:
    mine = select(row.name).where(row.site_id.in_(within.sites), row.retired_on.is_(None), which)
    return session.scalars(mine.order_by(row.name)).all()


def buildings_by_name(session: Session, site_id: SiteId) -> dict[str, UUID]:
    rows = session.execute(select(BuildingRow.name, BuildingRow.id).where(BuildingRow.site_id == site_id))
    return dict(rows.tuples().all())


def units_by_name(session: Session, site_id: SiteId) -> dict[tuple[str, str], UUID]:
    """By building and unit."""
    rows = session.execute(
        select(BuildingRow.name, UnitRow.name, UnitRow.id)
        .join(BuildingRow, BuildingRow.id == UnitRow.building_id)
        .where(UnitRow.site_id == site_id)
    )
    return {(building, unit): unit_id for building, unit, unit_id in rows}


def rooms_by_name(session: Session, site_id: SiteId) -> dict[tuple[str, str, str], UUID]:
    """By building, unit and number."""
    rows = session.execute(
        select(BuildingRow.name, UnitRow.name, RoomRow.number, RoomRow.id)
        .join(UnitRow, UnitRow.id == RoomRow.unit_id)
        .join(BuildingRow, BuildingRow.id == UnitRow.building_id)
        .where(RoomRow.site_id == site_id)
    )
    return {(building, unit, number): room_id for building, unit, number, room_id in rows}
