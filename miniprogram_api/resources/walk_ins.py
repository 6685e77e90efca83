"""Somebody stands at the gate: the host says yes or no; and whom to ask when nobody of the home answers."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, g
from flask_smorest import Blueprint

from backend.features.devices import service as devices
from backend.features.people import service as people
from backend.features.sites import service as sites
from backend.features.walk_ins import contacts
from backend.features.walk_ins import service as walk_ins
from backend.features.walk_ins.model import Backup, WalkIn, WalkInState
from backend.infrastructure.http.endpoint import answer, endpoint, request_work
from backend.infrastructure.http.platform import platform
from backend.infrastructure.texts import translate
from backend.infrastructure.unit_of_work import Work
from backend.kernel.identity import Permission, Scope
from miniprogram_api.schemas.walk_ins import (
    BackupContactRequest,
    BackupContactResponse,
    WalkInAnswerRequest,
    WalkInResponse,
    WalkInsResponse,
)

blueprint = Blueprint("walk-ins", __name__, description="Visitors at the gate whom nobody has announced")

OPEN = "访客正在门口等您答复，请选择同意或拒绝。"
ADVICE = {
    WalkInState.ASKING_HOST: OPEN,
    WalkInState.ASKING_BACKUP: OPEN,
    WalkInState.GUARD_DECIDES: OPEN,
    WalkInState.APPROVED: "已同意，门卫会为访客放行。",
    WalkInState.REFUSED: "没有放行，门卫会礼貌告知访客。",
    WalkInState.ADMITTED: "访客已进入小区。",
    WalkInState.LEFT: "访客没有等到答复，已经离开。",
}


@endpoint(blueprint, "GET", "/walk-ins", Permission.VISIT_READ, answer=WalkInsResponse)
def list_walk_ins() -> Response:
    """Of the last thirty days, at most a hundred, the newest first."""
    with request_work() as work:
        found = walk_ins.list_for_resident(work.session, g.actor.scope, g.actor.id, work.now)
        return answer(work, {"items": views(work, found)})


@endpoint(blueprint, "GET", "/walk-ins/<uuid:walk_in_id>", Permission.VISIT_READ, answer=WalkInResponse)
def show_walk_in(walk_in_id: UUID) -> Response:
    with request_work() as work:
        found = walk_ins.get_for_resident(work.session, g.actor.scope, g.actor.id, walk_in_id)
        return answer(work, views(work, [found])[0])


@endpoint(
    blueprint,
    "POST",
    "/walk-ins/<uuid:walk_in_id>/answer",
    Permission.VISIT_CREATE,
    body=WalkInAnswerRequest,
    answer=WalkInResponse,
    idempotent=True,
)
def answer_walk_in(body: dict[str, Any], walk_in_id: UUID) -> Response:
    """The first answer counts; the same one said again changes nothing."""
    with request_work() as work:
        found = walk_ins.answer(work, g.actor.scope, g.actor.id, walk_in_id, approve=body["approve"])
        return answer(work, views(work, [found])[0])


def views(work: Work, found: Sequence[WalkIn]) -> list[dict[str, Any]]:
    """A constant number of queries, however many."""
    within = Scope.of_sites(g.actor.scope.sites)
    homes = people.households_by_id(work.session, within, {one.household_id for one in found})
    rooms = sites.rooms_by_id(work.session, within, {home.room_id for home in homes.values()})
    gates = {gate.id: gate.name for gate in sites.list_gates(work.session, within)}
    places = {lane.id: gates[lane.gate_id] for lane in devices.list_devices(work.session, within) if lane.gate_id}
    return [_view(one, rooms[homes[one.household_id].room_id].label, places.get(one.device_id, "")) for one in found]


def _view(walk_in: WalkIn, room: str, gate: str) -> dict[str, Any]:
    own = walk_in.household_id in (g.actor.scope.households or ())
    return {
        "id": walk_in.id,
        "household_id": walk_in.household_id,
        "as_backup": not own,
        "room": room,
        "visitor_name": walk_in.stranger.name,
        "phone_tail": walk_in.stranger.phone_tail,
        "plate": walk_in.stranger.plate,
        "kind": walk_in.stranger.kind,
        "gate": gate,
        "state": walk_in.state,
        "is_open": walk_in.is_open,
        "answer_by": walk_in.answer_by,
        "answered_by_me": walk_in.answered_by == g.actor.id,
        "answerer": walk_in.answerer,
        "answered_at": walk_in.answered_at,
        "created_at": walk_in.created_at,
        "advice": translate(ADVICE[walk_in.state]),
    }


PLACE = "/households/<uuid:household_id>/backup-contact"


@endpoint(blueprint, "GET", PLACE, Permission.HOUSEHOLD_READ, answer=BackupContactResponse)
def show_backup(household_id: UUID) -> Response:
    with request_work() as work:
        return answer(work, _backup_view(contacts.get_backup(work.session, g.actor.scope, household_id)))


@endpoint(
    blueprint,
    "POST",
    PLACE,
    Permission.VISIT_CREATE,
    body=BackupContactRequest,
    answer=BackupContactResponse,
    idempotent=True,
)
def name_backup(body: dict[str, Any], household_id: UUID) -> Response:
    """Asked when nobody of the home answers; replaces the one before."""
    with request_work() as work:
        named = contacts.name_backup(work, platform().crypto, g.actor.scope, household_id, body["name"], body["phone"])
        return answer(work, _backup_view(named))


@endpoint(blueprint, "DELETE", PLACE, Permission.VISIT_CREATE, status=204)
def remove_backup(household_id: UUID) -> Response:
    with request_work() as work:
        contacts.remove_backup(work, g.actor.scope, household_id)
        return answer(work, None)


def _backup_view(backup: Backup) -> dict[str, str]:
    return {"name": backup.name, "phone": f"{backup.phone[:3]}****{backup.phone[-4:]}"}
