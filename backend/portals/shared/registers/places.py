"""Zones, perimeter and doors: what the standard wants watched, and what is not."""

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from backend.features.imports.cells import Cells
from backend.features.sites import places as site_places
from backend.features.sites import rules
from backend.features.sites import service as sites
from backend.features.sites.errors import BoundarySizeInvalid, DoorPlaceAmbiguous, NameTaken
from backend.features.sites.model import DoorPlace, Site
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Permission
from backend.kernel.ids import BuildingId, UnitId, ZoneId
from backend.pages.place_list import buildings_of, units_of
from backend.portals.shared.page import POST, page, page_work
from backend.portals.shared.registers import words
from backend.portals.shared.registers.blueprint import chosen_site, registers, rendered
from backend.portals.shared.registers.forms import Field, Form, posted_cells, problem_at, problems_of, refilled

SITE, NAME, KIND, BUILDING = "小区或校园", "名称", "类别", "所在楼栋"
LENGTH, HEIGHT, UNIT, ZONE = "长度", "高度", "所在单元", "所在区域"
LONGEST_M = 100_000
HIGHEST_CM = 2_000


@page(registers, "/places", Permission.REGISTER_READ)
def places() -> str:
    return _shown()


def _shown(form: str = "", problems: Mapping[str, str] | None = None) -> str:
    with page_work() as work:
        within = work.actor.scope
        reached = sites.list_sites(work.session, within)
        zones = site_places.list_zones(work.session, within)
        segments = site_places.list_boundary(work.session, within)
        doors = site_places.list_doors(work.session, within)
        buildings, units = buildings_of(work.session, within), units_of(work.session, within)
    zone_names = {zone.id: zone.name for zone in zones}
    fields = _forms(reached, list(buildings.values()), list(units.values()), list(zone_names.values()))
    forms = {
        name: Form(refilled(some) if name == form else some, (problems or {}) if name == form else {})
        for name, some in fields.items()
    }
    kinds = {site.id: site.kind for site in reached}
    low = {one.id for one in segments if rules.is_too_low(one, kinds[one.site_id])}
    bare = {one.id for one in segments if rules.is_unwatched(one)}
    where = {door.id: _where(door.place, buildings, units, zone_names) for door in doors}
    return rendered(
        "places.html",
        zones=zones,
        segments=segments,
        doors=doors,
        buildings=buildings,
        low=low,
        bare=bare,
        where=where,
        forms=forms,
    )


def _where(
    place: DoorPlace, buildings: Mapping[UUID, str], units: Mapping[UUID, str], zones: Mapping[ZoneId, str]
) -> str:
    if place.building_id is not None:
        return buildings[place.building_id]
    if place.unit_id is not None:
        return units[place.unit_id]
    return "" if place.zone_id is None else zones[place.zone_id]


def _forms(reached: list[Site], buildings: list[str], units: list[str], zones: list[str]) -> dict[str, list[Field]]:
    names = tuple(site.name for site in reached)
    site = [Field(SITE, names[0], "choice", names, required=True)] if len(names) > 1 else []
    protections = [Field(word, "否", "choice", ("是", "否")) for word in words.PROTECTIONS.values()]
    return {
        "zone": [
            *site,
            Field(KIND, "", "choice", tuple(words.ZONES.values()), required=True),
            Field(NAME, required=True),
            Field(BUILDING, "", "choice", tuple(buildings), hint="室外区域不选"),
        ],
        "segment": [
            *site,
            Field(KIND, "", "choice", tuple(words.BOUNDARIES.values()), required=True),
            Field(NAME, required=True),
            Field(LENGTH, kind="number", required=True, hint="米"),
            Field(HEIGHT, kind="number", hint="厘米；水域不填"),
            *protections,
        ],
        "door": [
            *site,
            Field(NAME, required=True),
            Field(BUILDING, "", "choice", tuple(buildings), hint="楼栋、单元、区域只选一处"),
            Field(UNIT, "", "choice", tuple(units)),
            Field(ZONE, "", "choice", tuple(zones)),
        ],
    }


@page(registers, "/places/<string:form>", Permission.REGISTER_EDIT, POST)
def add_place(form: str) -> str | AnyResponse:
    """A zone, a stretch of the perimeter or a door."""
    if form not in _SAVE:
        raise NotFound
    cells, _ = posted_cells()
    cells.required(NAME)
    problems = _refused(cells, _SAVE[form])
    if problems:
        return _shown(form, problems)
    return redirect(url_for("registers.places"), 303)


def _refused(cells: Cells, save: "Save") -> Mapping[str, str]:
    try:
        with page_work() as work:
            reached = sites.list_sites(work.session, work.actor.scope)
            named = {site.name: site.id for site in reached}
            site = chosen_site(reached, named.get(cells.text(SITE)))
            if site is not None:
                save(work, site, cells)
    except NameTaken as refusal:
        return problem_at(NAME, refusal)
    except BoundarySizeInvalid as refusal:
        return problem_at(LENGTH, refusal)
    except DoorPlaceAmbiguous as refusal:
        return problem_at(BUILDING, refusal)
    return problems_of(cells.faults)


Save = Callable[[Work, Site, Cells], None]


def _save_zone(work: Work, site: Site, cells: Cells) -> None:
    cells.required(KIND)
    kind = cells.one_of(KIND, {word: kind for kind, word in words.ZONES.items()})
    building = _named(buildings_of(work.session, work.actor.scope), cells.text(BUILDING))
    if kind is not None and not cells.faults:
        site_places.add_zone(work, work.actor.scope, site.id, kind, cells.text(NAME), building)


def _save_segment(work: Work, site: Site, cells: Cells) -> None:
    cells.required(KIND)
    cells.required(LENGTH)
    kind = cells.one_of(KIND, {word: kind for kind, word in words.BOUNDARIES.items()})
    length_m, height_cm = cells.whole_number(LENGTH, LONGEST_M), cells.whole_number(HEIGHT, HIGHEST_CM)
    chosen = [one for one, word in words.PROTECTIONS.items() if cells.yes_or_no(word)]
    if kind is not None and length_m is not None and not cells.faults:
        scope, name = work.actor.scope, cells.text(NAME)
        site_places.add_boundary_segment(work, scope, site.id, name, kind, length_m * 100, height_cm, chosen)


def _save_door(work: Work, site: Site, cells: Cells) -> None:
    within = work.actor.scope
    building = _named(buildings_of(work.session, within), cells.text(BUILDING))
    unit = _named(units_of(work.session, within), cells.text(UNIT))
    zone = _named({zone.id: zone.name for zone in site_places.list_zones(work.session, within)}, cells.text(ZONE))
    place = DoorPlace(
        None if building is None else BuildingId(building),
        None if unit is None else UnitId(unit),
        None if zone is None else ZoneId(zone),
    )
    if not cells.faults:
        site_places.add_door(work, within, site.id, cells.text(NAME), place)


def _named(names: Mapping[UUID, str] | Mapping[ZoneId, str], wanted: str) -> UUID | None:
    return next((key for key, name in names.items() if wanted and name == wanted), None)


_SAVE: Mapping[str, Save] = {"zone": _save_zone, "segment": _save_segment, "door": _save_door}
