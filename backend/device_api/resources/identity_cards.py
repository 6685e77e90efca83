"""What a card reader at a counter has out of an identity card's chip. The photo in the chip is not taken."""

import json
from typing import Any

from flask import Response, g, request
from flask_smorest import Blueprint

from backend.device_api.caller import device_place
from backend.device_api.resources.events import header_of
from backend.device_api.schemas import EventResponse, IdentityCardRequest
from backend.features.devices import service as devices
from backend.features.identity_records import service as records
from backend.features.identity_records.model import CardData
from backend.infrastructure.http.endpoint import answer, endpoint, request_work
from backend.infrastructure.http.platform import platform
from backend.kernel.identity import Permission

BODY_CONTEXT = "identity-card-body"

blueprint = Blueprint("identity_cards", __name__, url_prefix="/v1", description="Identity cards")


@endpoint(blueprint, "POST", "/identity-cards", Permission.EVENT_SEND, body=IdentityCardRequest, answer=EventResponse)
def read(body: dict[str, Any]) -> Response:
    """A card that a visitor held to the reader. It waits for the guard, who asks the visitor and confirms it.

    Devices that were enrolled as card readers only. What nobody confirms is deleted within two hours.
    """
    _, device_id = device_place()
    card = CardData(body["name"], body["number"], body["valid_from"], body["valid_until"])
    with request_work() as work:
        device = devices.get_device(work.session, g.actor.scope, device_id)

        def take() -> dict[str, Any]:
            records.take_reading(work, platform().crypto, device, card)
            return {}

        return answer(work, devices.receive(work, device, header_of(body, "identity_card"), _body_hash(), take))


def _body_hash() -> bytes:
    """Of the event without `sent_at`, keyed: whoever has the database cannot try numbers against it."""
    body = {name: value for name, value in request.get_json().items() if name != "sent_at"}
    return platform().crypto.look_up_hash(json.dumps([request.path, body], sort_keys=True), BODY_CONTEXT)
