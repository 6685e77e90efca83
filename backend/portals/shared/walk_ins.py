"""Visitors at the gate whom nobody has announced: the guard asks the home, everybody sees the answer at once.

Every press answers with the board as it is then; a refusal makes the page fetch it anew.
"""

from uuid import UUID

from flask import Blueprint, Response, render_template, request

from backend.features.people import service as people
from backend.features.visits import announcing
from backend.features.visits.model import VisitKind, VisitWish
from backend.features.walk_ins import desk, rules
from backend.features.walk_ins import service as walk_ins
from backend.features.walk_ins.model import GuardReason, Stranger
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.audit.looks import record_look
from backend.infrastructure.http.platform import platform
from backend.infrastructure.texts import translate as _
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Permission
from backend.pages.host_search import find_homes
from backend.pages.walk_in_board import count_open, entry_lanes, read_board, read_card
from backend.portals.shared import walk_in_wording
from backend.portals.shared.looks import LookPurpose, record_list
from backend.portals.shared.page import POST, choice, optional_id, page, page_work, toast, with_events

walk_in = Blueprint("walk_ins", __name__)
MANAGE = Permission.WALK_IN
LONGEST_SEARCH, LONGEST_NAME = 40, 40
ADMITTING = tuple(reason for reason in GuardReason if reason in rules.ADMITTING)
TURNING_AWAY = tuple(reason for reason in GuardReason if reason not in rules.ADMITTING)


@page(walk_in, "/walk-ins", MANAGE)
def show() -> str:
    with page_work() as work:
        lanes = entry_lanes(work.session, work.actor.scope)
        board = _board(work)
    passage = optional_id(request.args.get("passage"))
    lane = optional_id(request.args.get("lane"))
    return render_template(
        "walk_ins/page.html",
        lanes=lanes,
        board=board,
        passage=passage,
        lane=lane,
        plate=request.args.get("plate", "")[:12],
    )


@page(walk_in, "/walk-ins/board", MANAGE)
def board() -> str:
    with page_work() as work:
        return _board(work)


@page(walk_in, "/walk-ins/strip", MANAGE)
def strip() -> str:
    """For the gate's page: how many wait for an answer."""
    with page_work() as work:
        waiting = count_open(work.session, work.actor.scope, work.now)
    return render_template("walk_ins/strip.html", waiting=waiting)


@page(walk_in, "/walk-ins/homes", MANAGE, POST)
def search() -> str:
    """By post: neither a name nor a number belongs into an address."""
    typed = request.form.get("typed", "").strip()[:LONGEST_SEARCH]
    with page_work() as work:
        found = find_homes(work.session, platform().crypto, work.actor.scope, typed)
        if typed:
            record_list(work, "household", (home.household_id for home in found), LookPurpose.GATE_DUTY)
    return render_template("walk_ins/homes.html", found=found, typed=typed)


@page(walk_in, "/walk-ins", MANAGE, POST)
def start() -> Response:
    home, lane = _home_and_lane()
    name = request.form.get("name", "").strip()[:LONGEST_NAME]
    stranger = Stranger(
        people.normalise_name(name) if name else _("访客"),
        rules.phone_tail(request.form.get("phone_tail", "")),
        request.form.get("plate", "").strip()[:12] or None,
        choice(VisitKind, request.form.get("kind", VisitKind.GUEST.value)),
    )
    passage = optional_id(request.form.get("passage"))
    with page_work() as work:
        walk_ins.start(work, work.actor.scope, lane, home, stranger, passage)
    return _done(_("已通知住户，请等答复。"))


def _home_and_lane() -> tuple[UUID, UUID]:
    home, lane = optional_id(request.form.get("household")), optional_id(request.form.get("lane"))
    if home is None or lane is None:
        raise NotFound
    return home, lane


@page(walk_in, "/walk-ins/passes", MANAGE, POST)
def issue_pass() -> Response:
    """A timed pass for a courier of a home: the code to read aloud, and the plate, open for so long."""
    home, _lane = _home_and_lane()
    minutes = request.form.get("minutes", "30")
    with page_work() as work:
        within, crypto = work.actor.scope, platform().crypto
        site_id = people.get_household(work.session, within, home).site_id
        plate = request.form.get("plate", "").strip()[:12] or None
        plain = VisitWish(_("快递外卖"), None, plate, work.now, work.now, 1, VisitKind.COURIER)
        lasts = int(minutes) if minutes.isascii() and minutes.isdecimal() and len(minutes) < 4 else 30
        wish = announcing.timed_wish(work, within, site_id, lasts, plain)
        visit = announcing.issue_for_household(work, crypto, within, home, wish)
    text = _("限时通行码 {code}，{minutes} 分钟内进入一次。").format(code=visit.code, minutes=lasts)
    return _done(text)


@page(walk_in, "/walk-ins/<uuid:walk_in_id>/decide", MANAGE, POST)
def decide(walk_in_id: UUID) -> Response:
    reason = choice(GuardReason, request.form.get("reason"))
    with page_work() as work:
        desk.decide(work, work.actor.scope, walk_in_id, reason)
    return _done(_("已记录。"))


@page(walk_in, "/walk-ins/<uuid:walk_in_id>/admit", Permission.BARRIER_OPEN, POST)
def admit(walk_in_id: UUID) -> Response:
    with page_work() as work:
        desk.admit(work, platform().crypto, work.actor.scope, walk_in_id)
    return _done(_("已放行，并告知住户。"))


@page(walk_in, "/walk-ins/<uuid:walk_in_id>/left", MANAGE, POST)
def left(walk_in_id: UUID) -> Response:
    with page_work() as work:
        desk.note_left(work, work.actor.scope, walk_in_id)
    return _done(_("已记录：访客已离开。"))


@page(walk_in, "/walk-ins/<uuid:walk_in_id>/ring", MANAGE, POST)
def ring(walk_in_id: UUID) -> str:
    """Numbers to dial for the visitor's sake; that they were asked for is on record."""
    with page_work() as work:
        rings = desk.ring(work, work.actor.scope, walk_in_id)
        card = read_card(work.session, work.actor.scope, walk_in_id)
    return render_template("walk_ins/ring.html", rings=rings, card=card)


def _done(text: str, kind: str = "good") -> Response:
    with page_work() as work:
        shown = _board(work)
    return with_events(shown, toast=toast(text, kind), acted={"good": True})


def _board(work: Work) -> str:
    found = read_board(work.session, work.actor.scope, work.now)
    for card in found.open:
        record_look(work, Subject("walk_in", card.id), LookPurpose.GATE_DUTY.value)
    return render_template(
        "walk_ins/board.html",
        board=found,
        words=walk_in_wording,
        now=work.now,
        admitting=ADMITTING,
        turning_away=TURNING_AWAY,
        passed_on=rules.PASSED_ON,
    )
