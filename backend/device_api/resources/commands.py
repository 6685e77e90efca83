"""What the platform wants of a device. Asked for here, or waited for at the live process's `/live/commands`."""

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from backend.device_api.caller import device_place
from backend.device_api.schemas import AcknowledgeRequest, CommandsResponse
from backend.features.devices import service as devices
from backend.features.passages import service as passages
from backend.infrastructure.http.endpoint import answer, endpoint, request_work
from backend.kernel.identity import Permission

blueprint = Blueprint("commands", __name__, url_prefix="/v1", description="Commands")


@endpoint(blueprint, "GET", "/commands", Permission.COMMAND_RECEIVE, answer=CommandsResponse)
def waiting() -> Response:
    """Every command that is neither acknowledged nor expired."""
    _, device_id = device_place()
    with request_work() as work:
        return answer(work, {"commands": devices.poll_commands(work, device_id), "server_time": work.now})


@endpoint(
    blueprint,
    "POST",
    "/commands/<uuid:command_id>/acknowledgement",
    Permission.COMMAND_RECEIVE,
    body=AcknowledgeRequest,
    status=204,
)
def acknowledge(body: dict[str, Any], command_id: UUID) -> Response:
    """What became of a command. Saying it twice is harmless."""
    site_id, device_id = device_place()
    with request_work() as work:
        passage_id = devices.acknowledge(work, device_id, command_id, body["outcome"])
        if passage_id is not None:
            work.publish(passages.FEED, site_id, passage_id)
        return answer(work, None)
