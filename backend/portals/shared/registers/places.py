"""Buildings, gates, zones, perimeter and doors: what the standard wants watched, what is not, and who changed it."""

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from backend.features.devices import service as devices
from backend.features.imports.cells import Cells
from backend.features.sites import places as site_places
from backend.features.sites import rules
from backend.features.sites import service as sites
from backend.features.sites.errors import (
    BoundarySizeInvalid,
    DoorPlaceAmbiguous,
    NameTaken,
    PlaceInUse,
    TooManyGates,
)
from backend.features.sites.model import BoundarySegment, PlaceKind, Site
from backend.infrastructure.texts import translate as _
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.errors import NotFound
from backend.kernel.identity import Permission
from backend.pages.place_list import people_in_building
from backend.portals.shared.page import GET, POST, choice, optional_id, page, page_work
from backend.portals.shared.registers import words
from backend.portals.shared.registers.blueprint import chosen_site, registers, rendered, told_history
from backend.portals.shared.registers.forms import Field, Form, posted_cells, problem_at, problems_of, refilled
from backend.portals.shared.registers.place_forms import BUILDING, LENGTH, NAME, SAVE, Place, Surroundings, fields_of

SITE = "小区或校园"
LONGEST_TEXT = 40


@page(registers, "/places", Permission.REGISTER_READ)
def places() -> str:
    kind = choice(PlaceKind, request.args.get("kind") or PlaceKind.ZONE.value)
    site_id, typed = optional_id(request.args.get("site")), request.args.get("text", "").strip()[:LONGEST_TEXT]
    retired = request.args.get("retired") == "1"
    with page_work() as work:
        around = Surroundings.of(work)
    shown = [
        one
        for one in around.all_of(kind).values()
        if (retired or one.retired_on is None)
        and (site_id is None or one.site_id == site_id)
        and typed.upper() in one.name.upper()
    ]
    filters = {"site_id": site_id, "text": typed, "retired": retired}
    return rendered(
        "places.html", kind=kind, kinds=PlaceKind, shown=shown, around=around, marks=_marks, filters=filters
    )


def _marks(place: Place, around: Surroundings) -> list[str]:
    """What is wrong with a stretch of the perimeter."""
    if not isinstance(place, BoundarySegment):
        return []
    low = rules.is_too_low(place, around.sites[place.site_id].kind)
    return ["低于 2 米"] * low + ["没有防护"] * rules.is_unwatched(place)


@page(registers, "/places/<string:kind>/new", Permission.REGISTER_EDIT, (*GET, *POST))
def add_place(kind: str) -> str | AnyResponse:
    place_kind = _kind(kind)
    with page_work() as work:
        around = Surroundings.of(work)
    names = tuple(site.name for site in around.sites.values())
    site = [Field(SITE, names[0], "choice", names, required=True)] if len(names) > 1 else []
    fields = [*site, *fields_of(place_kind, around, None)]
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        problems = _saved(place_kind, around, None)
        if not problems:
            return redirect(url_for("registers.places", kind=place_kind.value), 303)
        fields = refilled(fields)
    return _form(place_kind, "登记", "", Form(fields, problems), url_for("registers.places", kind=place_kind.value))


@page(registers, "/places/<string:kind>/<uuid:place_id>", Permission.REGISTER_READ)
def place(kind: str, place_id: UUID) -> str:
    place_kind = _kind(kind)
    with page_work() as work:
        around = Surroundings.of(work)
        found = around.get(place_kind, place_id)
        changes = told_history(work, place_id)
    return rendered("place.html", kind=place_kind, place=found, around=around, marks=_marks, changes=changes)


@page(registers, "/places/<string:kind>/<uuid:place_id>/edit", Permission.REGISTER_EDIT, (*GET, *POST))
def edit_place(kind: str, place_id: UUID) -> str | AnyResponse:
    place_kind = _kind(kind)
    with page_work() as work:
        around = Surroundings.of(work)
    on_file = around.get(place_kind, place_id)
    fields = fields_of(place_kind, around, on_file)
    problems: Mapping[str, str] = {}
    back = url_for("registers.place", kind=kind, place_id=place_id)
    if request.method == "POST":
        problems = _saved(place_kind, around, on_file)
        if not problems:
            return redirect(back, 303)
        fields = refilled(fields)
    return _form(place_kind, "修改", on_file.name, Form(fields, problems), back)


@page(registers, "/places/<string:kind>/<uuid:place_id>/retire", Permission.REGISTER_EDIT, POST)
def retire_place(kind: str, place_id: UUID) -> AnyResponse:
    """Refused while people live there or a device is in use there."""
    place_kind = _kind(kind)
    with page_work() as work:
        within = work.actor.scope
        used_by = devices.names_at(work.session, within, place_id)
        if place_kind is PlaceKind.BUILDING and people_in_building(work.session, within, place_id):
            used_by = [_("在住住户"), *used_by]
        if used_by:
            raise PlaceInUse(what="、".join(used_by[:3]))
        site_places.retire(work, within, place_kind, place_id, local_day(work.now))
    return redirect(url_for("registers.place", kind=kind, place_id=place_id), 303)


@page(registers, "/places/<string:kind>/<uuid:place_id>/restore", Permission.REGISTER_EDIT, POST)
def restore_place(kind: str, place_id: UUID) -> AnyResponse:
    with page_work() as work:
        site_places.restore(work, work.actor.scope, _kind(kind), place_id)
    return redirect(url_for("registers.place", kind=kind, place_id=place_id), 303)


@page(registers, "/places/sites/<uuid:site_id>/vehicles", Permission.REGISTER_EDIT, POST)
def set_vehicles_by_approval(site_id: UUID) -> AnyResponse:
    """Whether a resident's car waits for the office, or opens the gate at once."""
    with page_work() as work:
        by_approval = request.form.get("by_approval") == "1"
        sites.set_vehicles_by_approval(work, work.actor.scope, site_id, by_approval=by_approval)
    return redirect(url_for("registers.places"), 303)


def _kind(text: str) -> PlaceKind:
    try:
        return PlaceKind(text)
    except ValueError:
        raise NotFound from None


def _form(kind: PlaceKind, verb: str, about: str, form: Form, back: str) -> str:
    return rendered("form.html", title=f"{verb}{words.PLACES[kind]}", about=about, form=form, back=back)


def _saved(kind: PlaceKind, around: Surroundings, on_file: Place | None) -> Mapping[str, str]:
    """What is wrong, by field; nothing once it is saved."""
    cells, _cleared = posted_cells()
    cells.required(NAME)
    reached = list(around.sites.values())
    named = {site.name: site.id for site in reached}
    wanted = on_file.site_id if on_file else named.get(cells.text(SITE))
    site = chosen_site(reached, wanted)
    if site is None:
        return {SITE: _("请选择")}
    return _refused(lambda work: _save(work, kind, around, cells, site, on_file), cells)


def _save(work: Work, kind: PlaceKind, around: Surroundings, cells: Cells, site: Site, on_file: Place | None) -> None:
    if not cells.faults:
        SAVE[kind](work, around, cells, site, on_file.id if on_file else None)


def _refused(save: Callable[[Work], None], cells: Cells) -> Mapping[str, str]:
    try:
        with page_work() as work:
            save(work)
    except (NameTaken, TooManyGates) as refusal:
        return problem_at(NAME, refusal)
    except BoundarySizeInvalid as refusal:
        return problem_at(LENGTH, refusal)
    except DoorPlaceAmbiguous as refusal:
        return problem_at(BUILDING, refusal)
    return problems_of(cells.faults)
