"""Residents: list, record, form, export."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from backend.features.imports import residents as columns
from backend.features.imports.cells import DOCUMENT_KIND, DOCUMENT_NUMBER, NAME, PHONE, Cells
from backend.features.people import service as people
from backend.features.people.errors import AlreadyMember, DocumentTaken, StayEndsTooEarly
from backend.features.people.model import PersonFields, Relation, Residency
from backend.features.sites import service as sites
from backend.infrastructure.http.platform import platform
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.errors import NotFound
from backend.kernel.identity import Permission
from backend.pages.home_list import find_room
from backend.pages.place_list import buildings_of
from backend.pages.resident_list import (
    ResidentCard,
    ResidentFilter,
    ResidentSort,
    every_resident,
    homes_of,
    list_residents,
)
from backend.portals.shared.looks import LookPurpose, record_list
from backend.portals.shared.page import GET, POST, choice, optional_id, page, page_request, page_work
from backend.portals.shared.registers import words
from backend.portals.shared.registers.blueprint import in_clear, looked, registers, rendered, told_history
from backend.portals.shared.registers.exporting import record_export, send_workbook, write_workbook
from backend.portals.shared.registers.forms import Field, Form, posted_cells, problem_at, problems_of, refilled
from backend.portals.shared.registers.masking import mask_for

HEADINGS = (columns.ROOM, "小区", *columns.REQUIRED[3:], *columns.OPTIONAL[:-1])
KEEP = "留空不改，填“无”清除"


def _filter() -> ResidentFilter:
    return ResidentFilter(
        optional_id(request.args.get("site")),
        optional_id(request.args.get("building")),
        choice(ResidentSort, request.args.get("sort") or ResidentSort.ALL.value),
        request.args.get("room", "").strip()[:40],
    )


@page(registers, "/residents", Permission.REGISTER_READ)
def residents() -> str:
    wanted = _filter()
    with page_work() as work:
        today = local_day(work.now)
        found = list_residents(work.session, work.actor.scope, wanted, page_request(), today)
        buildings = buildings_of(work.session, work.actor.scope)
        record_list(work, "person", (card.person_id for card in found.items), LookPurpose.REGISTER_CHECK)
    return rendered("residents.html", found=found, wanted=wanted, buildings=buildings, sorts=ResidentSort, today=today)


@page(registers, "/residents/export.xlsx", Permission.REGISTER_READ)
def export_residents() -> Response:
    wanted, mask = _filter(), mask_for(g.actor, in_clear())
    with page_work() as work:
        count = 0

        def rows() -> Any:
            nonlocal count
            for card in every_resident(work.session, work.actor.scope, wanted, local_day(work.now)):
                count += 1
                yield _export_row(card, mask)

        file = write_workbook("住户", HEADINGS, rows())
        record_export(work, "person", count, in_clear())
    return send_workbook(file, "住户")


def _export_row(card: ResidentCard, mask: Any) -> list[Any]:
    return [
        card.room,
        card.site_name,
        card.name,
        mask(card.phone, "phone"),
        words.RELATIONS[card.relation] if card.relation else "",
        words.DOCUMENT_KINDS.get(card.document_kind or "", ""),
        mask(card.document_number, "document_number"),
        mask(card.registered_home, "registered_home"),
        card.from_on,
        "是" if card.is_floating else "否",
        card.stay_until_on,
    ]


@page(registers, "/residents/<uuid:person_id>", Permission.REGISTER_READ)
def resident(person_id: UUID) -> str:
    with page_work() as work:
        homes = _homes(work, person_id)
        changes = told_history(work, person_id)
        looked(work, "person", person_id)
    mask = mask_for(g.actor, in_clear())
    return rendered("resident.html", person=homes[0], homes=homes, changes=changes, shown=mask, clear=in_clear())


def _homes(work: Work, person_id: UUID) -> list[ResidentCard]:
    homes = homes_of(work.session, work.actor.scope, person_id)
    if not homes:
        raise NotFound
    return homes


@page(registers, "/rooms/<uuid:room_id>/residents/new", Permission.REGISTER_EDIT, (*GET, *POST))
def add_resident(room_id: UUID) -> str | AnyResponse:
    fields = _fields(None)
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        cells, _ = posted_cells()
        given, residency = _person(cells, None, frozenset()), _residency(cells, None)
        problems = problems_of(cells.faults)
        if not problems:
            problems = _refused(lambda: _add(room_id, given, residency))
        if not problems:
            return redirect(url_for("registers.room", room_id=room_id), 303)
        fields = refilled(fields)
    with page_work() as work:
        room = find_room(work.session, work.actor.scope, room_id)
    if room is None:
        raise NotFound
    back = url_for("registers.room", room_id=room_id)
    return rendered("form.html", title="登记住户", about=room.room, form=Form(fields, problems), back=back)


def _add(room_id: UUID, fields: PersonFields, residency: Residency) -> None:
    with page_work() as work:
        home = people.open_household(work, work.actor.scope, room_id)
        household = people.get_household(work.session, work.actor.scope, home)
        site = sites.get_site(work.session, work.actor.scope, household.site_id)
        person_id = people.register_person(work, platform().crypto, site, fields)
        people.settle(work, work.actor.scope, home, person_id, residency)


@page(registers, "/residents/<uuid:person_id>/edit", Permission.REGISTER_EDIT, (*GET, *POST))
def edit_resident(person_id: UUID) -> str | AnyResponse:
    with page_work() as work:
        homes = _homes(work, person_id)
        looked(work, "person", person_id)
    wanted = optional_id(request.args.get("home"))
    home = next((card for card in homes if wanted in (None, card.household_id)), homes[0])
    fields = _fields(home)
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        problems = _change(person_id, home)
        if not problems:
            return redirect(url_for("registers.resident", person_id=person_id), 303)
        fields = refilled(fields)
    back = url_for("registers.resident", person_id=person_id)
    return rendered("form.html", title="修改住户登记", about=home.room, form=Form(fields, problems), back=back)


def _change(person_id: UUID, home: ResidentCard) -> Mapping[str, str]:
    """What is wrong, by field; nothing once it is done."""
    cells, cleared = posted_cells()

    def save() -> None:
        with page_work() as work:
            on_file = people.get_person_fields(work.session, work.actor.scope, person_id)
            fields, residency = _person(cells, on_file, cleared), _residency(cells, home)
            if cells.faults:
                return
            people.edit_person(work, platform().crypto, work.actor.scope, person_id, fields)
            if home.household_id is not None:
                people.edit_residency(work, work.actor.scope, home.household_id, person_id, residency)

    refused = _refused(save)
    return problems_of(cells.faults) or refused


@page(registers, "/residents/<uuid:person_id>/leave", Permission.REGISTER_EDIT, POST)
def end_residency(person_id: UUID) -> AnyResponse:
    """From today on; what the home opened closes with it."""
    household_id = optional_id(request.form.get("household"))
    with page_work() as work:
        if household_id is None:
            raise NotFound
        people.end_membership(work, work.actor.scope, household_id, person_id, local_day(work.now))
    return redirect(url_for("registers.resident", person_id=person_id), 303)


def _refused(save: Any) -> Mapping[str, str]:
    try:
        save()
    except DocumentTaken as refusal:
        return problem_at(DOCUMENT_NUMBER, refusal)
    except StayEndsTooEarly as refusal:
        return problem_at(columns.STAY, refusal)
    except AlreadyMember as refusal:
        return problem_at(NAME, refusal)
    return {}


def _fields(card: ResidentCard | None) -> list[Field]:
    """Numbers are not filled in: whoever may not see them may change them all the same."""
    hint = "" if card is None else KEEP
    person = [
        Field(NAME, "" if card is None else card.name, required=True),
        Field(PHONE, kind="tel", hint=hint),
        Field(DOCUMENT_KIND, "" if card is None else _word(card), "choice", tuple(words.DOCUMENT_KINDS.values())),
        Field(DOCUMENT_NUMBER, hint=hint),
        Field(columns.HOME, hint=hint),
    ]
    if card is not None and card.household_id is None:
        return person
    return [*person, *_residency_fields(card)]


def _word(card: ResidentCard) -> str:
    return words.DOCUMENT_KINDS.get(card.document_kind or "", "")


def _residency_fields(card: ResidentCard | None) -> list[Field]:
    relation = None if card is None else card.relation
    relations = tuple(words.RELATIONS.values())
    return [
        Field(columns.RELATION, words.RELATIONS[relation] if relation else "", "choice", relations, required=True),
        Field(columns.FROM, _day(card.from_on if card else None), "date"),
        Field(columns.FLOATING, "是" if card and card.is_floating else "否", "choice", ("是", "否")),
        Field(columns.STAY, _day(card.stay_until_on if card else None), "date", hint="流动人口登记的居住期限"),
    ]


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _person(cells: Cells, on_file: PersonFields | None, cleared: frozenset[str]) -> PersonFields:
    name, phone, document = cells.name() or "", cells.phone(), cells.document()
    home = cells.text(columns.HOME, 120) or None
    if on_file is None:
        return PersonFields(name, phone, document, home)
    return PersonFields(
        name,
        None if PHONE in cleared else phone or on_file.phone,
        None if DOCUMENT_NUMBER in cleared else document or on_file.document,
        None if columns.HOME in cleared else home or on_file.registered_home,
    )


def _residency(cells: Cells, card: ResidentCard | None) -> Residency:
    relation = cells.one_of(columns.RELATION, columns.RELATIONS)
    since = cells.day(columns.FROM) or (card and card.from_on) or local_day(platform().database.clock())
    floating = cells.yes_or_no(columns.FLOATING)
    usual = (card and card.relation) or Relation.FAMILY
    return Residency(relation or usual, since, bool(floating), cells.day(columns.STAY))
