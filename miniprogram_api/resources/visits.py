"""Residents announce visitors, share the pass, and see them come and go."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response, g
from flask_smorest import Blueprint

from backend.features.passages import service as passages
from backend.features.people import service as people
from backend.features.sites import service as sites
from backend.features.visits import service as visits
from backend.features.visits.errors import NoHousehold
from backend.features.visits.model import Visit, VisitWish
from backend.infrastructure.http.endpoint import answer, endpoint, request_work
from backend.infrastructure.http.platform import platform
from backend.infrastructure.http.schema_base import page_request
from backend.infrastructure.unit_of_work import Work
from backend.kernel.identity import Permission, Scope
from miniprogram_api.schemas.visits import VisitDetailResponse, VisitPage, VisitRequest, VisitResponse, VisitsQuery

blueprint = Blueprint("visits", __name__, description="Visitors that a resident expects")


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
    household_id = body.pop("household_id")
    phone = body["visitor_phone"]
    wish = VisitWish(**body | {"visitor_phone": people.normalise_phone(phone) if phone else None})
    within = g.actor.scope
    with request_work() as work:
        home = people.get_household(work.session, within, household_id or only_home(within))
        visit = visits.register(work, platform().crypto, home.site_id, home.id, g.actor.id, wish)
        return answer(work, detail_view(work, within, visit))


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
    return [asdict(visit) | {"passages": seen[visit.id]} for visit in found]


def detail_view(work: Work, within: Scope, visit: Visit) -> dict[str, Any]:
    [view] = visit_views(work, within, [visit])
    return view | {"access": pass_view(work, visit)}


def pass_view(work: Work, visit: Visit) -> dict[str, str] | None:
    if not visit.is_active or visit.valid_until <= work.now:
        return None
    here = platform()
    return {
        "link": f"{here.settings.origin('pass')}/v/{visit.link_token}",
        "code": visit.code,
        "qr_text": visits.pass_text(work, here.crypto, visit),
    }
