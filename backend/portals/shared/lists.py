"""The lists behind the gate: passages, expected visitors."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, render_template, request

from backend.features.passages.model import PassageState
from backend.features.sites import service as sites
from backend.features.visits import announcing
from backend.features.visits.model import RefusalReason
from backend.infrastructure.texts import translate as _
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.identity import Permission
from backend.pages.passage_list import PassageFilter, list_passages
from backend.pages.visit_list import ExpectedVisit, list_expected, list_pending
from backend.portals.shared import visit_wording
from backend.portals.shared.looks import LookPurpose, record_list
from backend.portals.shared.page import (
    POST,
    choice,
    optional_day,
    optional_id,
    page,
    page_request,
    page_work,
    toast,
    with_events,
)

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
        pending = list_pending(work.session, work.actor.scope)
        record_list(work, "visit", (visit.id for visit in (*found.items, *pending)), LookPurpose.GATE_DUTY)
    view = {"found": found, "day": day, "today": today, "now": work.now}
    may_record = g.actor.may(Permission.IDENTITY_RECORD)
    return render_template("visits.html", may_record=may_record, **view, **_pending_view(pending))


@page(lists, "/visits/<uuid:visit_id>/approve", Permission.VISIT_APPROVE, POST)
def approve_visit(visit_id: UUID) -> Response:
    with page_work() as work:
        announcing.approve(work, work.actor.scope, visit_id)
        return _pending_left(work, _("已通过，访客会收到来访码。"))


@page(lists, "/visits/<uuid:visit_id>/refuse", Permission.VISIT_APPROVE, POST)
def refuse_visit(visit_id: UUID) -> Response:
    reason = choice(RefusalReason, request.form.get("reason"))
    with page_work() as work:
        announcing.refuse(work, work.actor.scope, visit_id, reason)
        return _pending_left(work, _("已记录：不通过，并告知邀请人。"))


def _pending_left(work: Work, text: str) -> Response:
    pending = list_pending(work.session, work.actor.scope)
    return with_events(render_template("visits_pending.html", **_pending_view(pending)), toast=toast(text))


def _pending_view(pending: Sequence[ExpectedVisit]) -> dict[str, Any]:
    return {"pending": pending, "words": visit_wording, "may_approve": g.actor.may(Permission.VISIT_APPROVE)}
