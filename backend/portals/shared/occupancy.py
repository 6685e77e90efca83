"""Who of the visitors is inside, the list for an evacuation, and where the record does not add up.

The evacuation list lives in a folder of its own, which its service worker keeps for a phone without a network.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, render_template, request
from flask_wtf.csrf import generate_csrf

from backend.features.occupancy import service as occupancy_service
from backend.features.occupancy.errors import TicksInvalid
from backend.features.occupancy.model import GapKind, Tick
from backend.features.sites import service as sites
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.audit.looks import record_look
from backend.infrastructure.texts import translate as _
from backend.kernel.clock import local_day
from backend.kernel.errors import Refusal
from backend.kernel.identity import Permission
from backend.kernel.ids import PassageId
from backend.pages.gap_list import GapFilter, read_gaps
from backend.pages.occupancy_list import InsideCard, OccupancyPage, read_occupancy
from backend.portals.shared import occupancy_wording
from backend.portals.shared.looks import LookPurpose, record_list
from backend.portals.shared.page import (
    POST,
    choice,
    optional_day,
    optional_id,
    optional_number,
    page,
    page_request,
    page_work,
    toast,
    with_events,
)

occupancy = Blueprint("occupancy", __name__)
MOST_TICKS = 200
"""As many as a phone sends at once: they fit into a form's bytes."""
GAP_DAYS = 7
MOST_GAP_DAYS = 31
STAY_HOURS = (1, 24 * 30)


@page(occupancy, "/inside", Permission.PASSAGE_READ)
def show() -> str:
    return _board("occupancy/page.html")


@page(occupancy, "/inside/board", Permission.PASSAGE_READ)
def board() -> str:
    return _board("occupancy/board.html")


@page(occupancy, "/inside/<uuid:passage_id>/left", Permission.PASSAGE_DECIDE, POST)
def mark_left(passage_id: UUID) -> Response:
    """Whoever came in with this passage has left; said twice it is once."""
    with page_work() as work:
        occupancy_service.mark_left(work, work.actor.scope, passage_id)
    return with_events(_board("occupancy/board.html"), toast=toast(_("已标记离开。")))


def _board(template: str) -> str:
    only = request.args.get("only") == "overstaying"
    with page_work() as work:
        found = read_occupancy(work.session, work.actor.scope, work.now)
        record_list(work, "occupancy", (card.passage_id for card in found.inside), LookPurpose.GATE_DUTY)
        now = work.now
    cards = found.overstaying if only else found.inside
    return render_template(template, found=found, cards=cards, only=only, now=now, words=occupancy_wording)


@page(occupancy, "/evacuation/", Permission.PASSAGE_READ)
def evacuation() -> str:
    """The page without its list: the same whether it comes from here or out of the phone's own store."""
    return render_template("occupancy/evacuation.html", texts=occupancy_wording.evacuation_texts())


@page(occupancy, "/evacuation/list.json", Permission.PASSAGE_READ)
def snapshot() -> Response:
    """Name, host, plate, by building and room; a phone keeps the last one for as long as an evacuation may last."""
    with page_work() as work:
        found = read_occupancy(work.session, work.actor.scope, work.now)
        for site in sites.list_sites(work.session, work.actor.scope):
            record_look(work, Subject("evacuation_list", site.id), LookPurpose.EVACUATION.value)
        return _json(_listed(found, work.now))


def _listed(found: OccupancyPage, now: datetime) -> dict[str, Any]:
    return {
        "at": now.isoformat(),
        "csrf_token": generate_csrf(),
        "unknown_entries": found.unknown_entries,
        "people": [_person(card) for card in found.inside],
    }


def _person(card: InsideCard) -> dict[str, Any]:
    return {
        "id": str(card.passage_id),
        "site": card.site_name,
        "building": card.building or "",
        "room": card.host_room or "",
        "name": card.visitor_name or "",
        "plates": list(card.plates),
        "count": card.on_foot + len(card.plates),
        "gate": card.gate_name,
        "since": card.since.isoformat(),
        "overstays": card.overstays,
        "safe_at": card.safe.at.isoformat() if card.safe else None,
        "safe_by": (card.safe.by or "") if card.safe else "",
    }


@page(occupancy, "/evacuation/ticks", Permission.PASSAGE_DECIDE, POST)
def take_ticks() -> Response:
    """Ticks that a phone made, now or while it had no network. Raises TicksInvalid."""
    ticks = _ticks(request.get_json(silent=True))
    with page_work() as work:
        taken = occupancy_service.take_ticks(work, work.actor.scope, ticks)
    return _json({"taken": [str(tick_id) for tick_id in taken]})


def _ticks(body: Any) -> list[Tick]:
    sent = body.get("ticks") if isinstance(body, Mapping) else None
    if not isinstance(sent, list) or len(sent) > MOST_TICKS:
        raise TicksInvalid
    try:
        return [_tick(one) for one in sent]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise TicksInvalid from None


def _tick(one: Any) -> Tick:
    at = datetime.fromisoformat(one["at"])
    if at.tzinfo is None or not 2000 <= at.year < 2100 or not isinstance(one["safe"], bool):
        raise ValueError
    return Tick(UUID(one["id"]), PassageId(UUID(one["passage_id"])), one["safe"], at)


@page(occupancy, "/evacuation/worker.js", Permission.PASSAGE_READ)
def worker() -> Response:
    """The service worker, in the folder that it may keep. It is small and asks for itself at each start."""
    response = current_app.send_static_file("evacuation-worker.js")
    response.headers["Cache-Control"] = "no-cache"
    return response


@page(occupancy, "/gaps", Permission.PASSAGE_READ)
def gaps() -> str:
    with page_work() as work:
        wanted = _gap_filter(local_day(work.now))
        found = read_gaps(work.session, work.actor.scope, wanted, page_request(), work.now)
        gates = sites.list_gates(work.session, work.actor.scope)
        record_list(work, "gap", (card.gap.id for card in found.found.items), LookPurpose.REGISTER_CHECK)
    hours = int(wanted.stay.total_seconds() // 3600)
    return render_template(
        "occupancy/gaps.html",
        page=found,
        gates=gates,
        wanted=wanted,
        hours=hours,
        kinds=GapKind,
        words=occupancy_wording,
    )


def _gap_filter(today: date) -> GapFilter:
    """The last week unless days are asked for; at most a month, which is what is remembered. Raises Refusal."""
    last = optional_day(request.args.get("last")) or today
    first = optional_day(request.args.get("first")) or last - timedelta(days=GAP_DAYS - 1)
    if not timedelta(0) <= last - first < timedelta(days=MOST_GAP_DAYS) or not 2000 <= first.year < 2100:
        raise Refusal
    hours = optional_number(request.args.get("hours")) or 24
    if not STAY_HOURS[0] <= hours <= STAY_HOURS[1]:
        raise Refusal
    kind = request.args.get("kind")
    gate = optional_id(request.args.get("gate"))
    return GapFilter(first, last, choice(GapKind, kind) if kind else None, gate, timedelta(hours=hours))


def _json(body: dict[str, Any]) -> Response:
    return Response(current_app.json.dumps(body), mimetype="application/json")
