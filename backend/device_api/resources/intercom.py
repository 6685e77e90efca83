"""The intercom: somebody rings for a home, and the station's display follows what comes of it."""

import json
from typing import Any
from uuid import UUID

from flask import Response, g, request
from flask_smorest import Blueprint

from backend.device_api.caller import device_place
from backend.device_api.resources.events import header_of
from backend.device_api.schemas import IntercomCallRequest, IntercomCallResponse, IntercomStateResponse
from backend.features.devices import service as devices
from backend.features.devices.model import Device
from backend.features.intercom import service as intercom
from backend.features.intercom.model import Call, Dialled
from backend.infrastructure.crypto import digest
from backend.infrastructure.http.endpoint import answer, endpoint, request_work
from backend.infrastructure.texts import decision_text
from backend.infrastructure.unit_of_work import Work
from backend.kernel.identity import Permission

blueprint = Blueprint("intercom", __name__, url_prefix="/v1/intercom", description="Intercom")


@endpoint(
    blueprint,
    "POST",
    "/calls",
    Permission.EVENT_SEND,
    body=IntercomCallRequest,
    answer=IntercomCallResponse,
    status=202,
)
def call(body: dict[str, Any]) -> Response:
    """Rings at the home with this number, below this door or on this site. Where somebody opens, a command follows.

    A room that does not exist is answered calmly, in `state` and `text`. Pressing again is the same call.
    """
    _, device_id = device_place()
    with request_work() as work:
        device = devices.get_device(work.session, g.actor.scope, device_id)
        header = header_of(body, "intercom_call")
        return answer(work, devices.receive(work, device, header, _body_hash(), lambda: _call(work, device, body)))


def _call(work: Work, device: Device, body: dict[str, Any]) -> dict[str, Any]:
    begun = intercom.call(work, g.actor.scope, device, Dialled(body["room"], tuple(body["media_ids"])))
    found = call_view(begun, work)
    shown = {"state": found["state"].value, "text": found["text"], "ends_at": begun.ends_at.isoformat()}
    return shown | {"call_id": str(begun.id)}


@endpoint(blueprint, "GET", "/calls/<uuid:call_id>", Permission.COMMAND_RECEIVE, answer=IntercomStateResponse)
def show(call_id: UUID) -> Response:
    """What has come of this station's call so far."""
    with request_work() as work:
        return answer(work, call_view(intercom.get(work.session, g.actor.scope, call_id), work))


def call_view(found: Call, work: Work) -> dict[str, Any]:
    state = intercom.state_now(found, work.now)
    text = decision_text(f"intercom_{state.value}")
    return {"call_id": found.id, "state": state, "text": text, "ends_at": found.ends_at}


def _body_hash() -> bytes:
    body = {name: value for name, value in request.get_json().items() if name != "sent_at"}
    return digest(json.dumps([request.path, body], sort_keys=True).encode())
