"""Events in one envelope. Sent again with the same id they are answered alike and count once."""

import json
from typing import Any

from flask import Response, g, request
from flask_smorest import Blueprint

from backend.device_api.caller import device_place
from backend.device_api.schemas import CaptureRequest, CaptureResponse, PassCheckRequest, PassCheckResponse
from backend.features.devices import service as devices
from backend.features.devices.model import Device, EventHeader
from backend.features.passages import credentials
from backend.features.passages import service as passages
from backend.features.passages.model import VehicleSeen
from backend.infrastructure.crypto import digest
from backend.infrastructure.http.endpoint import answer, endpoint, request_work
from backend.infrastructure.http.platform import platform
from backend.infrastructure.texts import decision_text
from backend.infrastructure.unit_of_work import Work
from backend.kernel.identity import Permission
from backend.kernel.ids import PassageId, uuid7

blueprint = Blueprint("events", __name__, url_prefix="/v1", description="Events")


@endpoint(
    blueprint, "POST", "/captures", Permission.EVENT_SEND, body=CaptureRequest, answer=CaptureResponse, status=202
)
def capture(body: dict[str, Any]) -> Response:
    """A photo of a car at the lane. The decision comes back as a command, or to the guard."""
    _, device_id = device_place()
    with request_work() as work:
        device = devices.get_device(work.session, g.actor.scope, device_id)
        header = header_of(body, "capture")

        passage_id, seen = PassageId(uuid7()), VehicleSeen(**body["vehicle"])

        def take() -> dict[str, Any]:
            passages.take_capture(work, device, header, body["media_ids"], body["payload"], passage_id, seen)
            return {}

        received = devices.receive(work, device, header, _body_hash(), take, passage_id=str(passage_id))
        return answer(work, received)


@endpoint(blueprint, "POST", "/pass-checks", Permission.PASS_CHECK, body=PassCheckRequest, answer=PassCheckResponse)
def check_pass(body: dict[str, Any]) -> Response:
    """A visitor's QR or six-digit code. Where it admits, the open command is on its way too."""
    _, device_id = device_place()
    with request_work() as work:
        device = devices.get_device(work.session, g.actor.scope, device_id)
        header = header_of(body, "pass_check")
        return answer(work, devices.receive(work, device, header, _body_hash(), lambda: _check(work, device, body)))


def _check(work: Work, device: Device, body: dict[str, Any]) -> dict[str, Any]:
    within, crypto = g.actor.scope, platform().crypto
    if "qr" in body:
        fault = credentials.check_pass(work, crypto, within, device, body["qr"])
    else:
        fault = credentials.check_code(work, crypto, within, device, body["code"])
    reason = "admitted" if fault is None else fault.value
    return {"admitted": fault is None, "reason": reason, "text": decision_text(reason)}


def header_of(body: dict[str, Any], kind: str) -> EventHeader:
    return EventHeader(
        event_id=body["event_id"],
        boot_id=body["boot_id"],
        counter=body["counter"],
        occurred_at=body["occurred_at"],
        sent_at=body["sent_at"],
        kind=kind,
    )


def _body_hash() -> bytes:
    """Of the event, without `sent_at`: a repeat is sent later, and is still the same event."""
    body = {name: value for name, value in request.get_json().items() if name != "sent_at"}
    return digest(json.dumps([request.path, body], sort_keys=True).encode())
