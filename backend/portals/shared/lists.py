"""The lists behind the gate: passages, expected visitors."""

from flask import Blueprint, render_template, request

from backend.features.passages.model import PassageState
from backend.features.sites import service as sites
from backend.kernel.clock import local_day
from backend.kernel.identity import Permission
from backend.pages.passage_list import PassageFilter, list_passages
from backend.pages.visit_list import list_expected
from backend.portals.shared.looks import LookPurpose, record_list
from backend.portals.shared.page import choice, optional_day, optional_id, page, page_request, page_work

lists = Blueprint("lists", __name__)


@page(lists, "/passages", Permission.PASSAGE_READ)
def passages() -> str:
    wanted = _passage_filter()
    with page_work() as work:
        found = list_passages(work.session, work.actor.scope, wanted, page_request(), work.now)
        gates = sites.list_gates(work.session, work.actor.scope)
        record_list(work, "passage", (card.id for card in found.items), LookPurpose.REGISTER_CHECK)
    return render_template("passages.html", found=found, gates=gates, wanted=wanted, states=PassageState)


def _passage_filter() -> PassageFilter:
    state = request.args.get("state")
    return PassageFilter(
        optional_day(request.args.get("day")),
        optional_id(request.args.get("gate")),
        (choice(PassageState, state),) if state else (),
        request.args.get("plate", "")[:16],
    )


@page(lists, "/visits", Permission.VISIT_READ)
def visits() -> str:
    with page_work() as work:
        today = local_day(work.now)
        day = optional_day(request.args.get("day")) or today
        found = list_expected(work.session, work.actor.scope, day, page_request())
        record_list(work, "visit", (visit.id for visit in found.items), LookPurpose.GATE_DUTY)
    return render_template("visits.html", found=found, day=day, today=today, now=work.now)
