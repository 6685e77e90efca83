"""The list by which a gate or door decides while the network is away, and what it decided."""

import base64
import json
from typing import Any

from flask import Response, g, request
from flask_smorest import Blueprint

from backend.device_api.caller import device_place
from backend.device_api.list_schemas import (
    DecisionsRequest,
    DecisionsResponse,
    GateKeyRequest,
    GateKeyResponse,
    GateListResponse,
    HeldRequest,
)
from backend.features.devices import service as devices
from backend.features.devices.model import EventHeader
from backend.features.gate_lists import offline
from backend.features.gate_lists import service as gate_lists
from backend.features.gate_lists.model import OfflineEvent, Shown
from backend.features.gate_lists.offline import Reported
from backend.infrastructure.http.endpoint import answer, endpoint, request_work
from backend.infrastructure.http.platform import platform
from backend.kernel.identity import Permission

BODY_CONTEXT = "offline-decision-body"
KIND = "offline_decision"
LIST_DOC = {
    "parameters": [
        {
            "in": "header",
            "name": "If-None-Match",
            "required": False,
            "schema": {"type": "string", "pattern": '^"[0-9]{1,16}"$'},
            "description": "the ETag of the list that the terminal holds",
        }
    ],
    "responses": {"304": {"description": "the terminal holds the newest list"}},
}

blueprint = Blueprint("gate_list", __name__, url_prefix="/v1", description="Deciding without a network")


@endpoint(blueprint, "PUT", "/gate-list/key", Permission.GATE_LIST, body=GateKeyRequest, answer=GateKeyResponse)
def enrol_key(body: dict[str, Any]) -> Response:
    """The terminal's own public key. The same again answers with the signing keys of today; another one is refused
    unless an operator has allowed it.
    """
    _, device_id = device_place()
    with request_work() as work:
        device = devices.get_device(work.session, g.actor.scope, device_id)
        key = bytes.fromhex(body["public_key"])
        enrolled = gate_lists.enrol_key(work, platform().crypto, g.actor.scope, device, key)
        place = enrolled.place
        return answer(
            work,
            {
                "site_id": place.site_id,
                "place_id": place.place_id,
                "device_id": place.device_id,
                "gate_bit": place.gate_bit,
                "direction": place.direction.value,
                "list_keys": {str(version): key.hex() for version, key in enrolled.list_keys.items()},
            },
        )


@endpoint(blueprint, "GET", "/gate-list", Permission.GATE_LIST, answer=GateListResponse, doc=LIST_DOC)
def gate_list() -> Response:
    """The newest list of this terminal. Ask every 20 seconds, with the ETag of the one that is held."""
    _, device_id = device_place()
    with request_work() as work:
        version = gate_lists.newest_version(work.session, g.actor.scope, device_id)
        devices.note_seen(work, device_id)
        if request.headers.get("If-None-Match") == _tag(version):
            response = Response(status=304)
        else:
            issued = gate_lists.current(work.session, g.actor.scope, device_id)
            version, sealed = issued.version, base64.b64encode(issued.sealed).decode()
            response = answer(work, {"version": version, "expires_at": issued.expires_at, "sealed": sealed})
        response.headers["ETag"] = _tag(version)
        return response


def _tag(version: int) -> str:
    return f'"{version}"'


@endpoint(blueprint, "PUT", "/gate-list/held", Permission.GATE_LIST, body=HeldRequest, status=204)
def confirm_held(body: dict[str, Any]) -> Response:
    """To be said once a list was taken and written where a power cut leaves it."""
    _, device_id = device_place()
    with request_work() as work:
        gate_lists.confirm_held(work, g.actor.scope, device_id, body["version"])
        return answer(work, None)


@endpoint(
    blueprint,
    "POST",
    "/offline-decisions",
    Permission.EVENT_SEND,
    body=DecisionsRequest,
    answer=DecisionsResponse,
)
def take_decisions(body: dict[str, Any]) -> Response:
    """What the terminal decided alone, oldest first. All of a request or nothing; sent again it changes nothing."""
    _, device_id = device_place()
    with request_work() as work:
        devices.check_clock(body["sent_at"], work.now)
        device = devices.get_device(work.session, g.actor.scope, device_id)
        raw = request.get_json()["decisions"]
        reports = [_report(one, sent, body["sent_at"]) for one, sent in zip(body["decisions"], raw, strict=True)]
        found = offline.take_all(work, platform().crypto, g.actor.scope, device, reports)
        devices.note_seen(work, device_id)
        results = [{"event_id": event_id, "receipt": receipt} for event_id, receipt in found.items()]
        return answer(work, {"received_at": work.now, "results": results})


def _report(one: dict[str, Any], sent: dict[str, Any], sent_at: Any) -> Reported:
    """The hash is keyed: whoever has the database cannot try cards and passes against it."""
    header = EventHeader(one["event_id"], one["boot_id"], one["counter"], one["occurred_at"], sent_at, KIND)
    event = OfflineEvent(
        Shown(one["credential"], one["shown"]),
        one["outcome"],
        one["reason"],
        one["list_version"],
        one["occurred_at"],
        one["unanswered"],
    )
    body = json.dumps([request.path, sent], sort_keys=True)
    return Reported(header, event, platform().crypto.look_up_hash(body, BODY_CONTEXT))
