"""The resident's homes, as approved and as they are today."""

from typing import Any

from flask import Response, g
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from backend.features.people import service as people
from backend.features.sites import service as sites
from backend.infrastructure.http.endpoint import answer, endpoint, request_work
from backend.kernel.identity import Permission, Scope
from miniprogram_api.schemas.residents import HouseholdsResponse

blueprint = Blueprint("households", __name__, description="The resident's homes and vehicles")


@endpoint(blueprint, "GET", "/households/current", Permission.HOUSEHOLD_READ, answer=HouseholdsResponse)
def list_households() -> Response:
    with request_work() as work:
        return answer(work, {"items": household_views(work.session, g.actor.scope)})


def household_views(session: Session, within: Scope) -> list[dict[str, Any]]:
    """Four queries, however many homes."""
    households = people.households_by_id(session, within, within.households or ())
    rooms = sites.rooms_by_id(session, within, {home.room_id for home in households.values()})
    names = {site.id: site.name for site in sites.list_sites(session, within)}
    vehicles = people.list_vehicles(session, within)
    return [
        {
            "id": home.id,
            "site_id": home.site_id,
            "site": names[home.site_id],
            "room": rooms[home.room_id].label,
            "vehicles": [vehicle for vehicle in vehicles if vehicle.household_id == home.id],
        }
        for home in households.values()
    ]
