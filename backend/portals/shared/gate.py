"""The guard's page: who waits at the gate, what the machine thinks of it, and one press for every answer.

Every press is a post that answers with the gate's board as it is then; a refusal makes the page fetch it anew.
"""

from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request

from backend.features.devices import service as devices
from backend.features.passages import credentials, desk
from backend.features.passages.model import Decision, HandReason
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.audit.looks import record_look
from backend.infrastructure.http.platform import platform
from backend.infrastructure.texts import translate as _
from backend.kernel.errors import NotFound
from backend.kernel.identity import Permission
from backend.pages.gate_page import GatePage, read_gate_page
from backend.pages.passage_cards import read_card
from backend.portals.shared import desk_wording, wording
from backend.portals.shared.looks import LookPurpose
from backend.portals.shared.page import POST, choice, optional_id, page, page_work, toast, with_events

gate = Blueprint("gate", __name__)


MICROPHONE = "camera=(), microphone=(self), geolocation=()"
"""Spoken reasons, where the browser itself turns speech into text."""


@page(gate, "/gate", Permission.PASSAGE_READ)
def show() -> Response:
    response = make_response(
        render_template("gate/page.html", page=_read(), hand_reasons=HandReason, desk=desk_wording)
    )
    response.headers["Permissions-Policy"] = MICROPHONE
    return response


@page(gate, "/gate/board", Permission.PASSAGE_READ)
def board() -> str:
    return _board()


@page(gate, "/gate/passages/<uuid:passage_id>", Permission.PASSAGE_READ)
def sheet(passage_id: UUID) -> str:
    """One passage, large: the photo, the plate to correct, the reasons to open by hand."""
    with page_work() as work:
        card = read_card(work.session, work.actor.scope, passage_id, work.now)
        record_look(work, Subject("passage", card.id), LookPurpose.GATE_DUTY.value)
    return render_template("gate/sheet.html", card=card, hand_reasons=HandReason)


@page(gate, "/gate/passages/<uuid:passage_id>/confirm", Permission.PASSAGE_DECIDE, POST)
def confirm(passage_id: UUID) -> Response:
    with page_work() as work:
        decision = desk.confirm(work, work.actor.scope, passage_id)
    return _decided(decision)


@page(gate, "/gate/passages/<uuid:passage_id>/correct", Permission.PASSAGE_DECIDE, POST)
def correct(passage_id: UUID) -> Response:
    with page_work() as work:
        decision = desk.correct(work, work.actor.scope, passage_id, request.form.get("plate", ""))
    return _decided(decision)


def _decided(decision: Decision) -> Response:
    return done(*wording.decided(decision))


@page(gate, "/gate/passages/<uuid:passage_id>/open", Permission.BARRIER_OPEN, POST)
def open_by_hand(passage_id: UUID) -> Response:
    reason = choice(HandReason, request.form.get("reason"))
    with page_work() as work:
        desk.open_by_hand(work, work.actor.scope, passage_id, reason, request.form.get("words", ""))
    return done(_("已手动放行。"))


@page(gate, "/gate/passages/<uuid:passage_id>/turn-away", Permission.PASSAGE_DECIDE, POST)
def turn_away(passage_id: UUID) -> Response:
    with page_work() as work:
        desk.turn_away(work, work.actor.scope, passage_id)
    return done(_("已记录：不放行。"))


@page(gate, "/gate/passages/<uuid:passage_id>/reason", Permission.BARRIER_OPEN, POST)
def give_reason(passage_id: UUID) -> Response:
    reason = choice(HandReason, request.form.get("reason"))
    with page_work() as work:
        desk.give_reason(work, work.actor.scope, passage_id, reason, request.form.get("words", ""))
    return done(_("原因已补填。"))


@page(gate, "/gate/lanes/<uuid:device_id>/emergency", Permission.BARRIER_OPEN, POST)
def emergency(device_id: UUID) -> Response:
    """No question first: it opens, and owes its reason."""
    with page_work() as work:
        desk.emergency_open(work, work.actor.scope, device_id)
    return done(_("已紧急开闸，请稍后补填原因。"), "warn")


@page(gate, "/gate/code", Permission.PASS_CHECK, POST)
def check_code() -> Response:
    """The six digits that a visitor reads aloud, at the lane that the guard chose."""
    lane = optional_id(request.form.get("lane"))
    code = "".join(request.form.get("code", "").split())
    if lane is None:
        raise NotFound
    with page_work() as work:
        device = devices.get_device(work.session, work.actor.scope, lane)
    try:
        with page_work() as work:
            fault = credentials.check_code(work, platform().crypto, work.actor.scope, device, code)
    except NotFound:  # counted all the same
        return done(_("没有这个来访码，请核对六位数字。"), "warn")
    if fault is not None:
        return done(_(wording.ASKED[fault.value]), "warn")
    return done(_("来访码有效，已放行。"))


def done(text: str, kind: str = "good") -> Response:
    """The board as it is now, with what was done."""
    return with_events(_board(), toast=toast(text, kind), acted={"good": kind == "good"})


def _board() -> str:
    return render_template("gate/board.html", page=_read(), hand_reasons=HandReason, desk=desk_wording)


def _read() -> GatePage:
    with page_work() as work:
        found = read_gate_page(work.session, work.actor.scope, optional_id(request.args.get("gate")), work.now)
        record_look(work, Subject("gate", found.gate.id), LookPurpose.GATE_DUTY.value)
    return found
