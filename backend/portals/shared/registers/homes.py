"""Rooms with who lives there, and vehicles."""

from typing import Any
from uuid import UUID

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from backend.features.people import service as people
from backend.kernel.errors import NotFound
from backend.kernel.identity import Permission
from backend.pages.home_list import (
    HomeFilter,
    every_room,
    every_vehicle,
    find_room,
    find_vehicle,
    list_rooms,
    list_vehicles,
    vehicles_of_room,
)
from backend.pages.place_list import buildings_of
from backend.pages.resident_list import residents_of_room
from backend.portals.shared.looks import LookPurpose, record_list
from backend.portals.shared.page import POST, optional_id, page, page_request, page_work
from backend.portals.shared.registers.blueprint import looked, registers, rendered, told_history
from backend.portals.shared.registers.exporting import record_export, send_workbook, write_workbook
from backend.portals.shared.wording import spaced_plate


def _filter() -> HomeFilter:
    return HomeFilter(
        optional_id(request.args.get("site")),
        optional_id(request.args.get("building")),
        request.args.get("room", "").strip()[:40],
        request.args.get("plate", "").strip()[:16],
    )


@page(registers, "/rooms", Permission.REGISTER_READ)
def rooms() -> str:
    wanted = _filter()
    with page_work() as work:
        found = list_rooms(work.session, work.actor.scope, wanted, page_request())
        buildings = buildings_of(work.session, work.actor.scope)
    return rendered("rooms.html", found=found, wanted=wanted, buildings=buildings)


@page(registers, "/rooms/export.xlsx", Permission.REGISTER_READ)
def export_rooms() -> Response:
    with page_work() as work:
        cards = every_room(work.session, work.actor.scope, _filter())
        rows = ([card.room, card.site_name, card.residents, card.vehicles] for card in cards)
        file = write_workbook("房屋", ("房屋", "小区", "住户数", "车辆数"), rows)
    return send_workbook(file, "房屋")


@page(registers, "/rooms/<uuid:room_id>", Permission.REGISTER_READ)
def room(room_id: UUID) -> str:
    with page_work() as work:
        found = find_room(work.session, work.actor.scope, room_id)
        if found is None:
            raise NotFound
        living = residents_of_room(work.session, work.actor.scope, room_id)
        vehicles = vehicles_of_room(work.session, work.actor.scope, room_id)
        changes = told_history(work, room_id, *(card.id for card in vehicles))
        record_list(work, "person", (card.person_id for card in living), LookPurpose.REGISTER_CHECK)
    return rendered("room.html", room=found, residents=living, vehicles=vehicles, changes=changes)


@page(registers, "/rooms/<uuid:room_id>/vehicles", Permission.REGISTER_EDIT, POST)
def add_vehicle(room_id: UUID) -> AnyResponse:
    """Raises ImplausiblePlate, PlateTaken, NotFound."""
    with page_work() as work:
        household = people.open_household(work, work.actor.scope, room_id)
        people.add_vehicle(work, work.actor.scope, household, request.form.get("plate", "")[:20])
    return redirect(url_for("registers.room", room_id=room_id), 303)


@page(registers, "/vehicles", Permission.REGISTER_READ)
def vehicles() -> str:
    wanted = _filter()
    with page_work() as work:
        found = list_vehicles(work.session, work.actor.scope, wanted, page_request())
        buildings = buildings_of(work.session, work.actor.scope)
        record_list(work, "vehicle", (card.id for card in found.items), LookPurpose.REGISTER_CHECK)
    return rendered("vehicles.html", found=found, wanted=wanted, buildings=buildings)


@page(registers, "/vehicles/export.xlsx", Permission.REGISTER_READ)
def export_vehicles() -> Response:
    with page_work() as work:
        count = 0

        def rows() -> Any:
            nonlocal count
            for card in every_vehicle(work.session, work.actor.scope, _filter()):
                count += 1
                yield [card.plate, card.room, card.site_name]

        file = write_workbook("车辆", ("车牌号", "房屋", "小区"), rows())
        record_export(work, "vehicle", count, clear=False)
    return send_workbook(file, "车辆")


@page(registers, "/vehicles/<uuid:vehicle_id>", Permission.REGISTER_READ)
def vehicle(vehicle_id: UUID) -> str:
    with page_work() as work:
        found = find_vehicle(work.session, work.actor.scope, vehicle_id)
        if found is None:
            raise NotFound
        changes = told_history(work, vehicle_id)
        looked(work, "vehicle", vehicle_id)
    return rendered("vehicle.html", vehicle=found, plate=spaced_plate(found.plate), changes=changes)


@page(registers, "/vehicles/<uuid:vehicle_id>/retire", Permission.REGISTER_EDIT, POST)
def retire_vehicle(vehicle_id: UUID) -> AnyResponse:
    with page_work() as work:
        people.retire_vehicle(work, work.actor.scope, vehicle_id)
    return redirect(url_for("registers.vehicle", vehicle_id=vehicle_id), 303)
