"""Buildings, gates, zones, stretches of the perimeter and doors: registered, changed, and retired, never deleted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.features.sites import rules, service, store
from backend.features.sites.errors import NameTaken, PlaceInUse
from backend.features.sites.model import (
    BoundaryKind,
    BoundarySegment,
    Building,
    Door,
    DoorPlace,
    PlaceKind,
    Protection,
    Zone,
    ZoneKind,
)
from backend.features.sites.tables import BoundarySegmentRow, BuildingRow, DoorRow, ZoneRow
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.inserting import add_if_absent
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import BuildingId, DoorId, GateId, SegmentId, SiteId, UnitId, ZoneId, uuid7


@dataclass(frozen=True)
class SegmentFields:
    """What is registered of a stretch of the perimeter; `height_cm` is None for water alone."""

    name: str
    kind: BoundaryKind
    length_cm: int
    height_cm: int | None
    protections: frozenset[Protection] = frozenset()


def add_building(work: Work, within: Scope, site_id: SiteId, name: str) -> BuildingId:
    """Raises NotFound, NameTaken."""
    _reach(within, site_id)
    row = BuildingRow(id=uuid7(), site_id=site_id, name=name)
    _add(work, row, PlaceKind.BUILDING)
    return BuildingId(row.id)


def add_gate(work: Work, within: Scope, site_id: SiteId, name: str) -> GateId:
    """Raises NotFound, NameTaken, TooManyGates."""
    _reach(within, site_id)
    # One after the other: each gate takes the next bit of the passes.
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
    work.session.execute(lock, {"key": f"gates:{site_id}"})
    try:
        with work.session.begin_nested():
            gate_id = service.add_gate(work, site_id, name)
    except IntegrityError:
        raise NameTaken from None
    work.record("gate.added", Subject("gate", gate_id))
    return gate_id


def add_zone(
    work: Work, within: Scope, site_id: SiteId, kind: ZoneKind, name: str, building_id: UUID | None = None
) -> ZoneId:
    """Raises NotFound for a site or building out of reach, NameTaken."""
    _reach(within, site_id)
    if building_id is not None and not store.has_building(work.session, site_id, building_id):
        raise NotFound
    zone = ZoneRow(id=uuid7(), site_id=site_id, kind=kind.value, name=name, building_id=building_id)
    _add(work, zone, PlaceKind.ZONE)
    return ZoneId(zone.id)


def add_boundary_segment(
    work: Work,
    within: Scope,
    site_id: SiteId,
    name: str,
    kind: BoundaryKind,
    length_cm: int,
    height_cm: int | None,
    protections: Iterable[Protection] = (),
) -> SegmentId:
    """Raises NotFound, NameTaken, BoundarySizeInvalid."""
    _reach(within, site_id)
    rules.check_boundary_size(kind, length_cm, height_cm)
    segment = BoundarySegmentRow(
        id=uuid7(),
        site_id=site_id,
        name=name,
        kind=kind.value,
        length_cm=length_cm,
        height_cm=height_cm,
        protections=_written(protections),
    )
    _add(work, segment, PlaceKind.SEGMENT)
    return SegmentId(segment.id)


def add_door(work: Work, within: Scope, site_id: SiteId, name: str, place: DoorPlace) -> DoorId:
    """Raises NotFound unless its place is of this site; NameTaken, DoorPlaceAmbiguous."""
    _reach(within, site_id)
    rules.check_door_place(place)
    if not store.has_place(work.session, site_id, place):
        raise NotFound
    door = DoorRow(
        id=uuid7(),
        site_id=site_id,
        name=name,
        building_id=place.building_id,
        unit_id=place.unit_id,
        zone_id=place.zone_id,
    )
    _add(work, door, PlaceKind.DOOR)
    return DoorId(door.id)


def _reach(within: Scope, site_id: SiteId) -> None:
    if not within.reaches_site(site_id):
        raise NotFound


def _add(work: Work, row: BuildingRow | ZoneRow | BoundarySegmentRow | DoorRow, kind: PlaceKind) -> None:
    if not add_if_absent(work.session, row):
        raise NameTaken
    work.record(f"{kind.value}.added", Subject(kind.value, row.id))


def edit_building(work: Work, within: Scope, building_id: UUID, name: str) -> None:
    """Its rooms are called and sorted anew with it. Raises NotFound, NameTaken."""
    row = _row(work, within, PlaceKind.BUILDING, building_id)
    row.name = name
    _changed(work, PlaceKind.BUILDING, row)
    for room, unit in store.rooms_of_building(work.session, within, building_id):
        room.sort_key = rules.room_key(name, unit, room.number)


def edit_gate(work: Work, within: Scope, gate_id: UUID, name: str) -> None:
    """Raises NotFound, NameTaken."""
    row = _row(work, within, PlaceKind.GATE, gate_id)
    row.name = name
    _changed(work, PlaceKind.GATE, row)


def edit_zone(
    work: Work, within: Scope, zone_id: UUID, kind: ZoneKind, name: str, building_id: UUID | None = None
) -> None:
    """Raises NotFound, NameTaken."""
    row = _row(work, within, PlaceKind.ZONE, zone_id)
    if not isinstance(row, ZoneRow):
        raise NotFound
    if building_id is not None and not store.has_building(work.session, SiteId(row.site_id), building_id):
        raise NotFound
    row.kind, row.name, row.building_id = kind.value, name, building_id
    _changed(work, PlaceKind.ZONE, row)


def edit_boundary_segment(work: Work, within: Scope, segment_id: UUID, fields: SegmentFields) -> None:
    """Raises NotFound, NameTaken, BoundarySizeInvalid."""
    row = _row(work, within, PlaceKind.SEGMENT, segment_id)
    if not isinstance(row, BoundarySegmentRow):
        raise NotFound
    rules.check_boundary_size(fields.kind, fields.length_cm, fields.height_cm)
    row.name, row.kind = fields.name, fields.kind.value
    row.length_cm, row.height_cm = fields.length_cm, fields.height_cm
    row.protections = _written(fields.protections)
    _changed(work, PlaceKind.SEGMENT, row)


def edit_door(work: Work, within: Scope, door_id: UUID, name: str, place: DoorPlace) -> None:
    """Raises NotFound, NameTaken, DoorPlaceAmbiguous."""
    row = _row(work, within, PlaceKind.DOOR, door_id)
    if not isinstance(row, DoorRow):
        raise NotFound
    rules.check_door_place(place)
    if not store.has_place(work.session, SiteId(row.site_id), place):
        raise NotFound
    row.name = name
    row.building_id, row.unit_id, row.zone_id = place.building_id, place.unit_id, place.zone_id
    _changed(work, PlaceKind.DOOR, row)


def retire(work: Work, within: Scope, kind: PlaceKind, place_id: UUID, on: date) -> None:
    """It stays on record with its name; said again, nothing changes. Raises NotFound, PlaceInUse."""
    row = _row(work, within, kind, place_id)
    still_there = store.names_in_place(work.session, within, kind, place_id)
    if still_there:
        raise PlaceInUse(what="、".join(still_there[:3]))
    if row.retired_on is None:
        row.retired_on = on
        work.record(f"{kind.value}.retired", Subject(kind.value, row.id))


def restore(work: Work, within: Scope, kind: PlaceKind, place_id: UUID) -> None:
    """Retired by mistake, or in use again. Raises NotFound."""
    row = _row(work, within, kind, place_id)
    if row.retired_on is not None:
        row.retired_on = None
        work.record(f"{kind.value}.restored", Subject(kind.value, row.id))


def _row(work: Work, within: Scope, kind: PlaceKind, place_id: UUID) -> store.PlaceRow:
    row = store.place_row(work.session, within, kind, place_id)
    if row is None:
        raise NotFound
    return row


def _changed(work: Work, kind: PlaceKind, row: store.PlaceRow) -> None:
    """Flushes, so that a name that is taken is refused here."""
    try:
        with work.session.begin_nested():
            work.session.flush()
    except IntegrityError:
        raise NameTaken from None
    work.record(f"{kind.value}.changed", Subject(kind.value, row.id))


def list_buildings(session: Session, within: Scope) -> list[Building]:
    return store.list_buildings(session, within)


def list_zones(session: Session, within: Scope) -> list[Zone]:
    return store.list_zones(session, within)


def list_boundary(session: Session, within: Scope) -> list[BoundarySegment]:
    return store.list_boundary(session, within)


def list_doors(session: Session, within: Scope) -> list[Door]:
    return store.list_doors(session, within)


def get_door(session: Session, within: Scope, door_id: UUID) -> Door:
    """Raises NotFound."""
    door = store.find_door(session, within, door_id)
    if door is None:
        raise NotFound
    return door


def get_zone(session: Session, within: Scope, zone_id: UUID) -> Zone:
    """Raises NotFound."""
    zone = store.find_zone(session, within, zone_id)
    if zone is None:
        raise NotFound
    return zone


def places_of_rooms(session: Session, within: Scope, rooms: Iterable[UUID]) -> dict[UUID, tuple[BuildingId, UnitId]]:
    """The building and the unit of each room."""
    return store.places_of_rooms(session, within, rooms)


def rooms_numbered(
    session: Session, within: Scope, number: str, unit_id: UUID | None = None, building_id: UUID | None = None
) -> dict[UUID, str]:
    """Rooms with this number, of a unit or a building where one is given, each with its spoken label."""
    return store.rooms_numbered(session, within, number, unit_id, building_id)


def _written(protections: Iterable[Protection]) -> str:
    chosen = set(protections)
    return ",".join(one.value for one in Protection if one in chosen)
