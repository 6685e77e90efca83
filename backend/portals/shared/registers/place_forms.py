"""The forms of the five kinds of places: what is asked, what is on file, how it is saved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from backend.features.imports.cells import Cells
from backend.features.sites import places as site_places
from backend.features.sites import service as sites
from backend.features.sites.model import (
    BoundarySegment,
    Building,
    Door,
    DoorPlace,
    Gate,
    PlaceKind,
    Site,
    Zone,
)
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound
from backend.kernel.ids import BuildingId, UnitId, ZoneId
from backend.pages.place_list import units_of
from backend.portals.shared.registers import words
from backend.portals.shared.registers.forms import Field

NAME, KIND, BUILDING = "名称", "类别", "所在楼栋"
LENGTH, HEIGHT, UNIT, ZONE = "长度", "高度", "所在单元", "所在区域"
LONGEST_M = 100_000
HIGHEST_CM = 2_000

Place = Building | Gate | Zone | BoundarySegment | Door


@dataclass(frozen=True)
class Surroundings:
    """Every place within reach, by its id: what a list shows and a form offers."""

    sites: Mapping[UUID, Site]
    buildings: Mapping[UUID, Building]
    gates: Mapping[UUID, Gate]
    zones: Mapping[UUID, Zone]
    segments: Mapping[UUID, BoundarySegment]
    doors: Mapping[UUID, Door]
    units: Mapping[UUID, str]

    @classmethod
    def of(cls, work: Work) -> "Surroundings":
        session, within = work.session, work.actor.scope
        return cls(
            {one.id: one for one in sites.list_sites(session, within)},
            {one.id: one for one in site_places.list_buildings(session, within)},
            {one.id: one for one in sites.list_gates(session, within)},
            {one.id: one for one in site_places.list_zones(session, within)},
            {one.id: one for one in site_places.list_boundary(session, within)},
            {one.id: one for one in site_places.list_doors(session, within)},
            units_of(session, within),
        )

    def all_of(self, kind: PlaceKind) -> Mapping[UUID, Place]:
        match kind:
            case PlaceKind.BUILDING:
                return self.buildings
            case PlaceKind.GATE:
                return self.gates
            case PlaceKind.ZONE:
                return self.zones
            case PlaceKind.SEGMENT:
                return self.segments
            case PlaceKind.DOOR:
                return self.doors

    def get(self, kind: PlaceKind, place_id: UUID) -> Place:
        """Raises NotFound."""
        found = self.all_of(kind).get(place_id)
        if found is None:
            raise NotFound
        return found

    def where(self, place: Place) -> str:
        """The building, unit or zone in which a zone or a door lies."""
        if isinstance(place, Zone):
            return self.buildings[place.building_id].name if place.building_id else ""
        if not isinstance(place, Door):
            return ""
        if place.place.building_id is not None:
            return self.buildings[place.place.building_id].name
        if place.place.unit_id is not None:
            return self.units[place.place.unit_id]
        return "" if place.place.zone_id is None else self.zones[place.place.zone_id].name


def fields_of(kind: PlaceKind, around: Surroundings, on_file: Place | None) -> list[Field]:
    """Filled with what is on file."""
    name = Field(NAME, on_file.name if on_file else "", required=True)
    match kind:
        case PlaceKind.BUILDING | PlaceKind.GATE:
            return [name]
        case PlaceKind.ZONE:
            return [_zone_kind(on_file), name, _building(around, on_file, "室外区域不选")]
        case PlaceKind.SEGMENT:
            return [name, *_segment_fields(on_file)]
        case PlaceKind.DOOR:
            return [name, *_door_fields(around, on_file)]


def _zone_kind(on_file: Place | None) -> Field:
    kind = words.ZONES[on_file.kind] if isinstance(on_file, Zone) else ""
    return Field(KIND, kind, "choice", tuple(words.ZONES.values()), required=True)


def _building(around: Surroundings, on_file: Place | None, hint: str) -> Field:
    chosen = None
    if isinstance(on_file, Zone):
        chosen = on_file.building_id
    elif isinstance(on_file, Door):
        chosen = on_file.place.building_id
    value = "" if chosen is None else around.buildings[chosen].name
    names = tuple(one.name for one in around.buildings.values() if one.retired_on is None or one.id == chosen)
    return Field(BUILDING, value, "choice", names if value == "" else ("", *names), hint=hint)


def _segment_fields(on_file: Place | None) -> list[Field]:
    known = on_file if isinstance(on_file, BoundarySegment) else None
    kept = known.protections if known else frozenset()
    kind = words.BOUNDARIES[known.kind] if known else ""
    height = str(known.height_cm) if known and known.height_cm else ""
    return [
        Field(KIND, kind, "choice", tuple(words.BOUNDARIES.values()), required=True),
        Field(LENGTH, str(known.length_cm // 100) if known else "", "number", required=True, hint="米"),
        Field(HEIGHT, height, "number", hint="厘米；水域不填"),
        *(
            Field(word, "是" if one in kept else "否", "choice", ("是", "否"))
            for one, word in words.PROTECTIONS.items()
        ),
    ]


def _door_fields(around: Surroundings, on_file: Place | None) -> list[Field]:
    place = on_file.place if isinstance(on_file, Door) else DoorPlace()
    unit = "" if place.unit_id is None else around.units[place.unit_id]
    zone = "" if place.zone_id is None else around.zones[place.zone_id].name
    zones = tuple(one.name for one in around.zones.values() if one.retired_on is None or one.id == place.zone_id)
    return [
        _building(around, on_file, "楼栋、单元、区域只选一处"),
        Field(UNIT, unit, "choice", tuple(around.units.values()) if unit == "" else ("", *around.units.values())),
        Field(ZONE, zone, "choice", zones if zone == "" else ("", *zones)),
    ]


Save = Callable[[Work, Surroundings, Cells, Site, UUID | None], None]


def _save_building(work: Work, around: Surroundings, cells: Cells, site: Site, place_id: UUID | None) -> None:
    if place_id is None:
        site_places.add_building(work, work.actor.scope, site.id, cells.text(NAME))
    else:
        site_places.edit_building(work, work.actor.scope, place_id, cells.text(NAME))


def _save_gate(work: Work, around: Surroundings, cells: Cells, site: Site, place_id: UUID | None) -> None:
    if place_id is None:
        site_places.add_gate(work, work.actor.scope, site.id, cells.text(NAME))
    else:
        site_places.edit_gate(work, work.actor.scope, place_id, cells.text(NAME))


def _save_zone(work: Work, around: Surroundings, cells: Cells, site: Site, place_id: UUID | None) -> None:
    cells.required(KIND)
    kind = cells.one_of(KIND, {word: kind for kind, word in words.ZONES.items()})
    building = _named(around.buildings, site, cells.text(BUILDING))
    if kind is None or cells.faults:
        return
    if place_id is None:
        site_places.add_zone(work, work.actor.scope, site.id, kind, cells.text(NAME), building)
    else:
        site_places.edit_zone(work, work.actor.scope, place_id, kind, cells.text(NAME), building)


def _save_segment(work: Work, around: Surroundings, cells: Cells, site: Site, place_id: UUID | None) -> None:
    cells.required(KIND)
    cells.required(LENGTH)
    kind = cells.one_of(KIND, {word: kind for kind, word in words.BOUNDARIES.items()})
    length_m, height_cm = cells.whole_number(LENGTH, LONGEST_M), cells.whole_number(HEIGHT, HIGHEST_CM)
    chosen = frozenset(one for one, word in words.PROTECTIONS.items() if cells.yes_or_no(word))
    if kind is None or length_m is None or cells.faults:
        return
    scope, name = work.actor.scope, cells.text(NAME)
    if place_id is None:
        site_places.add_boundary_segment(work, scope, site.id, name, kind, length_m * 100, height_cm, chosen)
    else:
        fields = site_places.SegmentFields(name, kind, length_m * 100, height_cm, chosen)
        site_places.edit_boundary_segment(work, scope, place_id, fields)


def _save_door(work: Work, around: Surroundings, cells: Cells, site: Site, place_id: UUID | None) -> None:
    building, zone = _named(around.buildings, site, cells.text(BUILDING)), _named(around.zones, site, cells.text(ZONE))
    unit = next((key for key, name in around.units.items() if name == cells.text(UNIT)), None)
    place = DoorPlace(
        None if building is None else BuildingId(building),
        None if unit is None else UnitId(unit),
        None if zone is None else ZoneId(zone),
    )
    if cells.faults:
        return
    if place_id is None:
        site_places.add_door(work, work.actor.scope, site.id, cells.text(NAME), place)
    else:
        site_places.edit_door(work, work.actor.scope, place_id, cells.text(NAME), place)


def _named(known: Mapping[UUID, Any], site: Site, wanted: str) -> UUID | None:
    """Of the form's own site: two sites may each have a 3幢."""
    return next((key for key, one in known.items() if wanted and one.name == wanted and one.site_id == site.id), None)


SAVE: Mapping[PlaceKind, Save] = {
    PlaceKind.BUILDING: _save_building,
    PlaceKind.GATE: _save_gate,
    PlaceKind.ZONE: _save_zone,
    PlaceKind.SEGMENT: _save_segment,
    PlaceKind.DOOR: _save_door,
}
