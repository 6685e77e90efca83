"""The household: who lives there, who shall, its cars. Nobody ends another adult's way home by their own word."""

from typing import Any
from uuid import UUID

from flask import Response, g
from flask_smorest import Blueprint

from backend.features.matters import service as matters
from backend.features.matters.model import Details
from backend.features.people import service as people
from backend.features.people.model import Member
from backend.features.residents import service as residents
from backend.features.sites import service as sites
from backend.infrastructure.http.endpoint import answer, endpoint, request_work
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.identity import Permission
from backend.kernel.ids import PersonId
from miniprogram_api.schemas.members import (
    ExplanationRequest,
    LeaveRequest,
    MatterResponse,
    MemberRequest,
    MembersResponse,
    VehicleAnswer,
    VehicleRequest,
)

blueprint = Blueprint("members", __name__, description="Members and cars of the resident's household")


@endpoint(
    blueprint, "GET", "/households/<uuid:household_id>/members", Permission.HOUSEHOLD_READ, answer=MembersResponse
)
def list_members(household_id: UUID) -> Response:
    with request_work() as work:
        found = people.residencies_of(work.session, g.actor.scope, household_id, local_day(work.now))
        own = own_persons(work)
        return answer(work, {"items": [member_view(member, own) for member in found]})


@endpoint(
    blueprint,
    "POST",
    "/households/<uuid:household_id>/members",
    Permission.HOUSEHOLD_CHANGE,
    body=MemberRequest,
    answer=MatterResponse,
    status=201,
    idempotent=True,
)
def ask_for_member(body: dict[str, Any], household_id: UUID) -> Response:
    """The property approves; until then nothing opens for them."""
    until = body["stay_until_on"]
    wish = Details(
        name=body["name"],
        phone=body["phone"] or "",
        relation=body["relation"].value,
        stay_until_on=until.isoformat() if until else "",
    )
    with request_work() as work:
        return answer(work, matters.ask_to_add_member(work, g.actor.scope, household_id, wish))


@endpoint(
    blueprint,
    "POST",
    "/households/<uuid:household_id>/members/<uuid:person_id>/removal",
    Permission.HOUSEHOLD_CHANGE,
    body=ExplanationRequest,
    answer=MatterResponse,
    status=201,
    idempotent=True,
)
def ask_for_removal(body: dict[str, Any], household_id: UUID, person_id: UUID) -> Response:
    """The property hears the person and decides; until then everything opens for them as before."""
    with request_work() as work:
        matter = matters.ask_to_remove_member(
            work, g.actor.scope, household_id, person_id, own_persons(work), body["explanation"]
        )
        return answer(work, matter)


@endpoint(
    blueprint,
    "POST",
    "/households/<uuid:household_id>/leave",
    Permission.HOUSEHOLD_CHANGE,
    body=LeaveRequest,
    status=204,
    idempotent=True,
)
def leave(body: dict[str, Any], household_id: UUID) -> Response:
    """One's own word is enough for oneself; what the home opened closes with that day."""
    with request_work() as work:
        people.leave(work, g.actor.scope, household_id, own_persons(work), body["until_on"])
        return answer(work, None)


@endpoint(
    blueprint,
    "POST",
    "/households/<uuid:household_id>/vehicles",
    Permission.HOUSEHOLD_CHANGE,
    body=VehicleRequest,
    answer=VehicleAnswer,
    status=201,
    idempotent=True,
)
def add_vehicle(body: dict[str, Any], household_id: UUID) -> Response:
    """At once, or with the property's approval where the site wants it."""
    within = g.actor.scope
    with request_work() as work:
        home = people.get_household(work.session, within, household_id)
        if sites.get_site(work.session, within, home.site_id).vehicles_by_approval:
            matter = matters.ask_to_add_vehicle(work, within, household_id, body["plate"])
            return answer(work, {"vehicle": None, "matter": matter})
        vehicle_id = people.add_vehicle(work, within, household_id, body["plate"])
        vehicle = people.get_vehicle(work.session, within, vehicle_id)
        return answer(work, {"vehicle": vehicle, "matter": None})


@endpoint(
    blueprint,
    "POST",
    "/vehicles/<uuid:vehicle_id>/remove",
    Permission.HOUSEHOLD_CHANGE,
    status=204,
    idempotent=True,
)
def remove_vehicle(vehicle_id: UUID) -> Response:
    with request_work() as work:
        people.retire_vehicle(work, g.actor.scope, vehicle_id)
        return answer(work, None)


def own_persons(work: Work) -> set[PersonId]:
    return residents.own_persons(work.session, g.actor.id, local_day(work.now))


def member_view(member: Member, own: set[PersonId]) -> dict[str, Any]:
    residency = member.residency
    return {
        "person_id": member.person.id,
        "name": member.person.name,
        "relation": residency.relation,
        "from_on": residency.from_on,
        "stay_until_on": residency.stay_until_on,
        "until_on": member.until_on,
        "is_me": member.person.id in own,
    }
