"""On the guard's page beside cars: calls that the household did not answer, and doors that ask to be looked at."""

from uuid import UUID

from flask import Response, render_template, request

from backend.features.credentials import doors
from backend.features.intercom import desk as calls
from backend.features.intercom import service as intercom
from backend.features.intercom.model import OpenReason
from backend.features.media import service as media
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.audit.looks import WINDOW, record_look
from backend.infrastructure.http.platform import platform
from backend.infrastructure.texts import translate as _
from backend.kernel.identity import Permission
from backend.pages.open_things import read_call
from backend.portals.shared import desk_wording
from backend.portals.shared.gate import done, gate
from backend.portals.shared.looks import LookPurpose
from backend.portals.shared.page import POST, choice, page, page_work

__all__ = ["gate"]
WATCH = Permission.DOOR_WATCH


@page(gate, "/gate/calls/<uuid:call_id>", WATCH)
def call_sheet(call_id: UUID) -> str:
    with page_work() as work:
        call = read_call(work.session, work.actor.scope, call_id, work.now)
        record_look(work, Subject("intercom_call", call.id), LookPurpose.GATE_DUTY.value)
    return render_template("gate/call_sheet.html", call=call, reasons=OpenReason, desk=desk_wording)


@page(gate, "/gate/calls/<uuid:call_id>/picture", WATCH)
def call_picture(call_id: UUID) -> Response:
    """While the call waits for the guard. Raises NotFound, PictureTermOver, MediaGone."""
    with page_work() as work:
        read_call(work.session, work.actor.scope, call_id, work.now)
        call, found = intercom.picture_of(work, work.actor.scope, call_id)
        record_look(work, Subject("intercom_call", call.id), LookPurpose.GATE_DUTY.value)
    response = Response(media.read(platform().media, found), mimetype=found.content_type)
    response.headers["Cache-Control"] = f"private, max-age={int(WINDOW.total_seconds())}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return response


@page(gate, "/gate/calls/<uuid:call_id>/open", Permission.BARRIER_OPEN, POST)
def open_for_caller(call_id: UUID) -> Response:
    reason = choice(OpenReason, request.form.get("reason"))
    with page_work() as work:
        calls.open_by_hand(work, work.actor.scope, call_id, reason, request.form.get("words", ""))
    return done(_("已开门。"))


@page(gate, "/gate/calls/<uuid:call_id>/close", Permission.PASSAGE_DECIDE, POST)
def close_call(call_id: UUID) -> Response:
    with page_work() as work:
        calls.close(work, work.actor.scope, call_id)
    return done(_("已记录：问过来访者，没有开门。"))


@page(gate, "/gate/alarms/<uuid:event_id>/acknowledge", WATCH, POST)
def acknowledge_alarm(event_id: UUID) -> Response:
    with page_work() as work:
        doors.acknowledge(work, work.actor.scope, event_id)
    return done(_("已记录：您已到场查看。"))
