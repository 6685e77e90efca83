"""Site, building, unit, room: what a resident picks their home from."""

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from backend.infrastructure.http.endpoint import answer, endpoint, request_work
from backend.infrastructure.http.schema_base import PageQuery, page_request
from backend.kernel.identity import Permission
from backend.pages import places
from miniprogram_api.schemas.residents import PlacePage, SitesQuery

blueprint = Blueprint("places", __name__, description="Places to choose one's home from")


@endpoint(blueprint, "GET", "/sites", Permission.BINDING_REQUEST, query=SitesQuery, answer=PlacePage)
def list_sites(query: dict[str, Any]) -> Response:
    with request_work() as work:
        return answer(work, places.list_communities(work.session, query["query"], page_request(query)))


@endpoint(
    blueprint, "GET", "/sites/<uuid:site_id>/buildings", Permission.BINDING_REQUEST, query=PageQuery, answer=PlacePage
)
def list_buildings(query: dict[str, Any], site_id: UUID) -> Response:
    with request_work() as work:
        return answer(work, places.list_buildings(work.session, site_id, page_request(query)))


@endpoint(
    blueprint,
    "GET",
    "/buildings/<uuid:building_id>/units",
    Permission.BINDING_REQUEST,
    query=PageQuery,
    answer=PlacePage,
)
def list_units(query: dict[str, Any], building_id: UUID) -> Response:
    with request_work() as work:
        return answer(work, places.list_units(work.session, building_id, page_request(query)))


@endpoint(
    blueprint, "GET", "/units/<uuid:unit_id>/rooms", Permission.BINDING_REQUEST, query=PageQuery, answer=PlacePage
)
def list_rooms(query: dict[str, Any], unit_id: UUID) -> Response:
    with request_work() as work:
        return answer(work, places.list_rooms(work.session, unit_id, page_request(query)))
