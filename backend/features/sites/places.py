"""Zones, stretches of the perimeter and doors: the places beside buildings and gates that are watched."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.sites import rules, store
from backend.features.sites.errors import NameTaken
from backend.features.sites.model import (
    BoundaryKind,
    BoundarySegment,
    Door,
    DoorPlace,
    Protection,
    Zone,
    ZoneKind,
)
from backend.features.sites.tables import BoundarySegmentRow, DoorRow, ZoneRow
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.inserting import add_if_absent
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import BuildingId, DoorId, SegmentId, SiteId, UnitId, ZoneId, uuid7


def add_zone(
    work: Work, within: Scope, site_id: SiteId, kind: ZoneKind, name: str, building_id: UUID | None = None
) -> ZoneId:
    """Raises NotFound for a site or building out of reach, NameTaken."""
    _reach(within, site_id)
    if building_id is not None and not store.has_building(work.session, site_id, building_id):
        raise NotFound
    zone = ZoneRow(id=uuid7(), site_id=site_id, kind=kind.value, name=name, building_id=building_id)
    _add(work, zone, "zone")
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
    _add(work, segment, "boundary_segment")
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
    _add(work, door, "door")
    return DoorId(door.id)


def _reach(within: Scope, site_id: SiteId) -> None:
    if not within.reaches_site(site_id):
        raise NotFound


def _add(work: Work, row: ZoneRow | BoundarySegmentRow | DoorRow, kind: str) -> None:
    if not add_if_absent(work.session, row):
        raise NameTaken
    work.record(f"{kind}.added", Subject(kind, row.id))


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
