"""Residents announce visitors, share the pass, and see them come and go."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import Response, g
from flask_smorest import Blueprint

from backend.features.passages import service as passages
from backend.features.people import service as people
from backend.features.people.model import Household
from backend.features.sites import service as sites
from backend.features.visits import announcing, rules
from backend.features.visits import service as visits
from backend.features.visits.errors import NoHousehold
from backend.features.visits.model import RefusalReason, Series, Visit, VisitKind, VisitState, VisitWish
from backend.infrastructure.http.endpoint import answer, endpoint, request_work
from backend.infrastructure.http.platform import platform
from backend.infrastructure.http.schema_base import page_request
from backend.infrastructure.texts import translate
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.hours import Hours, minute_of, minute_text
from backend.kernel.identity import Permission, Scope
from miniprogram_api.schemas.visits import (
    DayOffRequest,
    TimedVisitRequest,
    VisitDetailResponse,
    VisitPage,
    VisitRequest,
    VisitResponse,
    VisitsQuery,
)

blueprint = Blueprint("visits", __name__, description="Visitors that a resident expects")

ADVICE = {
    VisitState.PENDING: "等待物业审批，通过后访客会收到通行码。",
    VisitState.ACTIVE: "可以来访，请把链接或通行码发给访客。",
    VisitState.CANCELLED: "已取消，通行码不再有效。",
}
NOT_APPROVED = {
    RefusalReason.TIME_UNSUITABLE: "没有通过审批：时间不合适。请改时间后重新预约。",
    RefusalReason.DETAILS_MISSING: "没有通过审批：信息不完整。请补充访客信息后重新预约。",
    RefusalReason.SITE_RESTRICTED: "没有通过审批：近期限制来访。急事请联系物业服务中心。",
    RefusalReason.OTHER: "没有通过审批。请联系物业服务中心了解原因。",
}


@endpoint(
    blueprint,
    "POST",
    "/visits",
    Permission.VISIT_CREATE,
    body=VisitRequest,
    answer=VisitDetailResponse,
    status=201,
    idempotent=True,
)
def register_visit(body: dict[str, Any]) -> Response:
    within = g.actor.scope
    with request_work() as work:
        home = _home(work, within, body)
        visit = announcing.register(work, platform().crypto, home.site_id, home.id, g.actor.id, wish_of(body))
        return answer(work, detail_view(work, within, visit))


@endpoint(
    blueprint,
    "POST",
    "/visits/timed",
    Permission.VISIT_CREATE,
    body=TimedVisitRequest,
    answer=VisitDetailResponse,
    status=201,
    idempotent=True,
)
def issue_timed_pass(body: dict[str, Any]) -> Response:
    """For whoever is about to come for a moment: a courier, a delivery."""
    within = g.actor.scope
    with request_work() as work:
        home = _home(work, within, body)
        now = {"valid_from": work.now, "valid_until": work.now, "kind": VisitKind.COURIER, "series": None}
        wish = announcing.timed_wish(work, within, home.site_id, body["minutes"], wish_of(body | now))
        visit = announcing.register(work, platform().crypto, home.site_id, home.id, g.actor.id, wish)
        return answer(work, detail_view(work, within, visit))


def _home(work: Work, within: Scope, body: dict[str, Any]) -> Household:
    return people.get_household(work.session, within, body["household_id"] or only_home(within))


def wish_of(body: dict[str, Any]) -> VisitWish:
    """Raises PhoneInvalid."""
    phone, series, window = body["visitor_phone"], None, (body["valid_from"], body["valid_until"])
    if body["series"] is not None:
        series = series_of(body["series"])
        window = rules.series_window(series, body["series"]["first_on"], body["series"]["last_on"])
    number = people.normalise_phone(phone) if phone else None
    return VisitWish(
        body["visitor_name"], number, body["plate"], *window, body["max_entries"], VisitKind(body["kind"].value), series
    )


def series_of(body: dict[str, Any]) -> Series:
    hours = Hours(frozenset(body["weekdays"]), minute_of(body["from_time"]), minute_of(body["until_time"]))
    return Series(hours, body["entries_a_day"], frozenset(body["except_on"]))


@endpoint(blueprint, "GET", "/visits", Permission.VISIT_READ, query=VisitsQuery, answer=VisitPage)
def list_visits(query: dict[str, Any]) -> Response:
    within = g.actor.scope
    with request_work() as work:
        page = visits.list_page(work.session, within, page_request(query), query["state"])
        return answer(work, {"items": visit_views(work, within, page.items), "next": page.next})


@endpoint(blueprint, "GET", "/visits/<uuid:visit_id>", Permission.VISIT_READ, answer=VisitDetailResponse)
def show_visit(visit_id: UUID) -> Response:
    within = g.actor.scope
    with request_work() as work:
        return answer(work, detail_view(work, within, visits.get(work.session, within, visit_id)))


@endpoint(
    blueprint,
    "POST",
    "/visits/<uuid:visit_id>/cancel",
    Permission.VISIT_CREATE,
    answer=VisitResponse,
    idempotent=True,
)
def cancel_visit(visit_id: UUID) -> Response:
    within = g.actor.scope
    with request_work() as work:
        [view] = visit_views(work, within, [visits.cancel(work, within, visit_id)])
        return answer(work, view)


@endpoint(
    blueprint,
    "POST",
    "/visits/<uuid:visit_id>/days-off",
    Permission.VISIT_CREATE,
    body=DayOffRequest,
    answer=VisitResponse,
    idempotent=True,
)
def skip_day(body: dict[str, Any], visit_id: UUID) -> Response:
    """The recurring visitor does not come on that day: the pass opens nothing then."""
    within = g.actor.scope
    with request_work() as work:
        [view] = visit_views(work, within, [announcing.skip_day(work, within, visit_id, body["on"])])
        return answer(work, view)


def only_home(within: Scope) -> UUID:
    """Raises NoHousehold for a resident of none or several."""
    if within.households is None or len(within.households) != 1:
        raise NoHousehold
    [home] = within.households
    return home


def visit_views(work: Work, within: Scope, found: Sequence[Visit]) -> list[dict[str, Any]]:
    """Two queries, however many visits."""
    gates = {gate.id: gate.name for gate in sites.list_gates(work.session, within)}
    seen: dict[UUID | None, list[dict[str, Any]]] = defaultdict(list)
    for passage in passages.of_visits(work.session, within, [visit.id for visit in found]):
        view = {"direction": passage.direction, "occurred_at": passage.occurred_at, "gate": gates[passage.gate_id]}
        seen[passage.visit_id].append(view)
    return [_view(work, visit) | {"passages": seen[visit.id]} for visit in found]


def _view(work: Work, visit: Visit) -> dict[str, Any]:
    return asdict(visit) | {"series": _series_view(visit, local_day(work.now)), "advice": _advice(visit, work.now)}


def _series_view(visit: Visit, today: date) -> dict[str, Any] | None:
    if visit.series is None:
        return None
    hours = visit.series.hours
    return {
        "weekdays": sorted(hours.weekdays),
        "from_time": minute_text(hours.from_minute),
        "until_time": minute_text(hours.until_minute),
        "except_on": sorted(visit.series.except_on),
        "entries_a_day": visit.series.entries_a_day,
        "entries_today": rules.entries_of(visit, today),
    }


def _advice(visit: Visit, now: datetime) -> str:
    if visit.state is VisitState.REFUSED:
        return translate(NOT_APPROVED[visit.refusal or RefusalReason.OTHER])
    if visit.state is not VisitState.CANCELLED and visit.valid_until <= now:
        return translate("已结束，需要时请重新预约。")
    return translate(ADVICE[visit.state])


def detail_view(work: Work, within: Scope, visit: Visit) -> dict[str, Any]:
    [view] = visit_views(work, within, [visit])
    return view | {"access": pass_view(work, visit)}


def pass_view(work: Work, visit: Visit) -> dict[str, str] | None:
    here = platform()
    text = visits.pass_text(work, here.crypto, visit) if visit.is_active else None
    if text is None:
        return None
    return {
        "link": f"{here.settings.origin('pass')}/v/{visit.link_token}",
        "code": visit.code,
        "qr_text": text,
    }
