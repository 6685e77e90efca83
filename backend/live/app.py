"""The SSE process: streams for portal pages, and the wait of a device for its next command.

A process of its own, because a thing that holds many connections open must not starve the ones that answer.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Flask, Response, g, jsonify, request
from webargs.flaskparser import parser

from backend.device_api.caller import authenticator as device_authenticator
from backend.device_api.resources.intercom import call_view
from backend.device_api.schemas import CallWaitQuery, CommandsResponse, IntercomStateResponse, WaitQuery
from backend.features.devices import service as devices
from backend.features.devices.model import Command
from backend.features.intercom import service as intercom
from backend.infrastructure.http.app import prepare
from backend.infrastructure.http.identity import Authenticator, authorise
from backend.infrastructure.http.live import LiveHub
from backend.infrastructure.http.platform import Platform, platform
from backend.infrastructure.unit_of_work import Work, unit_of_work
from backend.kernel.identity import Permission
from backend.kernel.ids import DeviceId


def create_portal_stream(platform: Platform, hub: LiveHub, portal: str, authenticate: Authenticator) -> Flask:
    """`GET /live/feed` on the portal's own host, for whoever may see passages there."""
    app = Flask(f"live-{portal}", static_folder=None)
    prepare(app, platform, authenticate)

    @app.get("/live/feed")
    def stream() -> Response:
        g.actor = authorise(Permission.PASSAGE_READ)
        frames = hub.stream(g.actor.scope, _last_seen())
        response = Response(frames, mimetype="text/event-stream")
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Accel-Buffering"] = "no"
        _allow_own_page(response, platform.settings.origin(portal))
        return response

    stream.permission = Permission.PASSAGE_READ  # type: ignore[attr-defined]
    return app


def _last_seen() -> int | None:
    """The browser's `Last-Event-ID`, or None for a page that has just been drawn."""
    text = request.headers.get("Last-Event-ID", "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _allow_own_page(response: Response, origin: str) -> None:
    """Development only in effect: there the stream has a port of its own, and the page is another origin."""
    if request.headers.get("Origin") == origin:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Vary"] = "Origin"


def create_device_wait(platform_: Platform, hub: LiveHub) -> Flask:
    """`GET /live/commands?wait_seconds=25`: the same answer as `/v1/commands`, as soon as there is one."""
    app = Flask("live-device", static_folder=None)
    prepare(app, platform_, device_authenticator(platform_))

    @app.get("/live/commands")
    def wait() -> Response:
        g.actor = authorise(Permission.COMMAND_RECEIVE)
        wait_seconds = parser.parse(WaitQuery(), location="query")["wait_seconds"]
        with hub.waiting(str(g.actor.id)) as heard:
            found = _commands(devices.poll_commands)
            if not found["commands"] and wait_seconds:
                heard.wait(wait_seconds)
                found = _commands(devices.waiting_commands)
        return jsonify(CommandsResponse().dump(found))

    @app.get("/live/intercom/calls/<uuid:call_id>")
    def wait_for_call(call_id: UUID) -> Response:
        """The call's state, as soon as it is another one than `seen`."""
        g.actor = authorise(Permission.COMMAND_RECEIVE)
        query = parser.parse(CallWaitQuery(), location="query")
        with hub.waiting(str(g.actor.id)) as heard:
            found = _call(call_id)
            if found["state"] is query["seen"] and query["wait_seconds"]:
                heard.wait(query["wait_seconds"])
                found = _call(call_id)
        return jsonify(IntercomStateResponse().dump(found))

    wait.permission = Permission.COMMAND_RECEIVE  # type: ignore[attr-defined]
    wait_for_call.permission = Permission.COMMAND_RECEIVE  # type: ignore[attr-defined]
    return app


def _call(call_id: UUID) -> dict[str, Any]:
    with unit_of_work(platform().database, g.actor) as work:
        return call_view(intercom.get(work.session, g.actor.scope, call_id), work)


def _commands(asked: Callable[[Work, DeviceId], list[Command]]) -> dict[str, Any]:
    with unit_of_work(platform().database, g.actor) as work:
        return {"commands": asked(work, DeviceId(g.actor.id)), "server_time": work.now}
