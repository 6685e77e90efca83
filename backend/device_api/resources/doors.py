"""Doors: may this card in, and what the door itself has to tell. Same envelope, same word on repeats."""

import json
from typing import Any

from flask import Response, g, request
from flask_smorest import Blueprint

from backend.device_api.caller import device_place
from backend.device_api.resources.events import header_of
from backend.device_api.schemas import AccessCheckRequest, DoorAlarmRequest, EventResponse, PassCheckResponse
from backend.features.credentials import doors
from backend.features.devices import service as devices
from backend.features.devices.model import Device
from backend.infrastructure.http.endpoint import answer, endpoint, request_work
from backend.infrastructure.http.platform import platform
from backend.infrastructure.texts import decision_text
from backend.infrastructure.unit_of_work import Work
from backend.kernel.identity import Permission

BODY_CONTEXT = "door-event-body"

blueprint = Blueprint("doors", __name__, url_prefix="/v1", description="Doors")


@endpoint(blueprint, "POST", "/access-checks", Permission.EVENT_SEND, body=AccessCheckRequest, answer=PassCheckResponse)
def check_access(body: dict[str, Any]) -> Response:
    """A card, with its holder's PIN where the door asks for one. Where it admits, the open command is on its way.

    Sent again with the same id it gets the first answer, and no second command.
    """
    _, device_id = device_place()
    with request_work() as work:
        device = devices.get_device(work.session, g.actor.scope, device_id)
        header = header_of(body, "access_check")
        return answer(work, devices.receive(work, device, header, _body_hash(), lambda: _check(work, device, body)))


def _check(work: Work, device: Device, body: dict[str, Any]) -> dict[str, Any]:
    asked = doors.Asked(body["card"], body.get("pin"), body["occurred_at"])
    denial = doors.check(work, platform().crypto, g.actor.scope, device, asked)
    reason = "admitted" if denial is None else denial.value
    return {"admitted": denial is None, "reason": reason, "text": decision_text(reason)}


@endpoint(blueprint, "POST", "/door-events", Permission.EVENT_SEND, body=DoorAlarmRequest, answer=EventResponse)
def tell(body: dict[str, Any]) -> Response:
    """The door was forced, or stands open too long. The guards of the site see it until one has looked after it."""
    _, device_id = device_place()
    with request_work() as work:
        device = devices.get_device(work.session, g.actor.scope, device_id)

        def take() -> dict[str, Any]:
            doors.take_alarm(work, g.actor.scope, device, body["kind"], body["occurred_at"])
            return {}

        return answer(work, devices.receive(work, device, header_of(body, "door_alarm"), _body_hash(), take))


def _body_hash() -> bytes:
    """Of the event without `sent_at`, keyed: whoever has the database cannot try cards and PINs against it."""
    body = {name: value for name, value in request.get_json().items() if name != "sent_at"}
    return platform().crypto.look_up_hash(json.dumps([request.path, body], sort_keys=True), BODY_CONTEXT)
