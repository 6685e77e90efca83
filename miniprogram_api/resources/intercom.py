"""Somebody rings at a door: see who it is, answer, open or decline. What happened stays in the household's log."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, g
from flask_smorest import Blueprint

from backend.features.devices import service as devices
from backend.features.devices.model import CommandOutcome, Told
from backend.features.intercom import service as intercom
from backend.features.intercom.model import Call
from backend.features.media import service as media
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.audit.looks import record_look
from backend.infrastructure.http.endpoint import answer, endpoint, request_work
from backend.infrastructure.http.platform import platform
from backend.infrastructure.http.schema_base import page_request
from backend.infrastructure.unit_of_work import Work
from backend.kernel.identity import Permission, Scope
from backend.pages.stations import station_names
from miniprogram_api.schemas.intercom import CallPage, CallResponse, CallsQuery, DoorState

blueprint = Blueprint("intercom", __name__, description="Calls from doors and gates")
OWN = Permission.INTERCOM_ANSWER
PICTURE_DOC = {
    "responses": {
        "200": {"description": "OK", "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
    }
}


@endpoint(blueprint, "GET", "/intercom/calls", OWN, query=CallsQuery, answer=CallPage)
def list_calls(query: dict[str, Any]) -> Response:
    """Of the own households, newest first."""
    with request_work() as work:
        page = intercom.list_calls(work, g.actor.scope, page_request(query), ringing=query["ringing"])
        return answer(work, {"items": call_views(work, g.actor.scope, page.items), "next": page.next})


@endpoint(blueprint, "GET", "/intercom/calls/<uuid:call_id>", OWN, answer=CallResponse)
def show_call(call_id: UUID) -> Response:
    with request_work() as work:
        return _answer(work, intercom.get(work.session, g.actor.scope, call_id))


@endpoint(blueprint, "GET", "/intercom/calls/<uuid:call_id>/picture", OWN, doc=PICTURE_DOC)
def show_picture(call_id: UUID) -> Response:
    """Who stands there. For a day after the call; every look is on record."""
    with request_work() as work:
        call, found = intercom.picture_of(work, g.actor.scope, call_id)
        record_look(work, Subject("intercom_call", call.id), "household")
    response = Response(media.read(platform().media, found), mimetype=found.content_type)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@endpoint(blueprint, "POST", "/intercom/calls/<uuid:call_id>/answer", OWN, answer=CallResponse, idempotent=True)
def answer_call(call_id: UUID) -> Response:
    """The others of the household are told that somebody looks after it; the first answer wins."""
    return _do(intercom.answer, call_id)


@endpoint(blueprint, "POST", "/intercom/calls/<uuid:call_id>/open", OWN, answer=CallResponse, idempotent=True)
def open_door(call_id: UUID) -> Response:
    """Opens the door once, however often it is asked; also without an answer before."""
    return _do(intercom.open_door, call_id)


@endpoint(blueprint, "POST", "/intercom/calls/<uuid:call_id>/decline", OWN, answer=CallResponse, idempotent=True)
def decline_call(call_id: UUID) -> Response:
    return _do(intercom.decline, call_id)


def _do(verb: Callable[[Work, Scope, UUID], Call], call_id: UUID) -> Response:
    with request_work() as work:
        return _answer(work, verb(work, g.actor.scope, call_id))


def _answer(work: Work, call: Call) -> Response:
    [view] = call_views(work, g.actor.scope, [call])
    return answer(work, view)


def call_views(work: Work, within: Scope, calls: Sequence[Call]) -> list[dict[str, Any]]:
    """Three queries, however many calls."""
    names = station_names(work.session, within, {call.device_id for call in calls})
    told = devices.told_outcomes(work.session, within, [call.command_id for call in calls if call.command_id])
    lines = intercom.histories(work.session, within, [call.id for call in calls])
    return [
        {
            "id": call.id,
            "site_id": call.site_id,
            "household_id": call.household_id,
            "station": names[call.device_id],
            "state": intercom.state_now(call, work.now),
            "started_at": call.started_at,
            "ends_at": call.ends_at,
            "answered_by_me": call.answered_by == work.actor.id,
            "has_picture": intercom.has_picture(call, work.now),
            "door": _door(None if call.command_id is None else told.get(call.command_id), work.now),
            "history": [
                {"what": one.what, "at": one.at, "by_me": one.resident_id == work.actor.id} for one in lines[call.id]
            ],
        }
        for call in calls
    ]


def _door(told: Told | None, now: datetime) -> DoorState:
    if told is None:
        return DoorState.NOT_TOLD
    if told.outcome is None:
        return DoorState.TOLD if now < told.expires_at else DoorState.SILENT
    return DoorState.OPENED if told.outcome is CommandOutcome.DONE else DoorState.FAILED
