"""The kindergarten's gate: may this adult come in to collect. What is known of whom stays on this side."""

import json
from typing import Any

from flask import Response, g, request
from flask_smorest import Blueprint

from backend.device_api.caller import device_place
from backend.device_api.resources.events import header_of
from backend.device_api.schemas import PickupCheckRequest, PickupCheckResponse
from backend.features.devices import service as devices
from backend.features.devices.model import Device
from backend.features.pickup import gate
from backend.features.pickup.words import GATE_OPENS, GATE_WAITS
from backend.infrastructure.http.endpoint import answer, endpoint, request_work
from backend.infrastructure.http.platform import platform
from backend.infrastructure.texts import decision_text
from backend.infrastructure.unit_of_work import Work
from backend.kernel.identity import Permission

BODY_CONTEXT = "pickup-check-body"

blueprint = Blueprint("pickups", __name__, url_prefix="/v1", description="Kindergarten pickup")


@endpoint(
    blueprint, "POST", "/pickup-checks", Permission.EVENT_SEND, body=PickupCheckRequest, answer=PickupCheckResponse
)
def check_pickup(body: dict[str, Any]) -> Response:
    """A card or a delegate's pass, with the holder's PIN or a photo. Where it admits, the open command is on its way.

    Sent again with the same id it gets the first answer, and no second command.
    """
    _, device_id = device_place()
    with request_work() as work:
        device = devices.get_device(work.session, g.actor.scope, device_id)
        header = header_of(body, "pickup_check")
        return answer(work, devices.receive(work, device, header, _body_hash(), lambda: _check(work, device, body)))


def _check(work: Work, device: Device, body: dict[str, Any]) -> dict[str, Any]:
    word = body.get("offline")
    asked = gate.Asked(
        body["occurred_at"],
        body.get("card"),
        body.get("qr"),
        body.get("pin"),
        next(iter(body["media_ids"]), None),
        None if word is None else gate.OfflineWord(word["admitted"], word["list_issued_at"]),
    )
    admitted = gate.check(work, platform().crypto, g.actor.scope, device, asked)
    return {"admitted": admitted, "text": decision_text(GATE_OPENS if admitted else GATE_WAITS)}


def _body_hash() -> bytes:
    """Of the event without `sent_at`, keyed: whoever has the database cannot try cards and PINs against it."""
    body = {name: value for name, value in request.get_json().items() if name != "sent_at"}
    return platform().crypto.look_up_hash(json.dumps([request.path, body], sort_keys=True), BODY_CONTEXT)
