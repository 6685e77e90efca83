"""A resident asks to be bound to a household; the property decides in its portal."""

from typing import Any

from flask import Response, g
from flask_smorest import Blueprint

from backend.features.residents import service as residents
from backend.infrastructure.http.endpoint import answer, endpoint, request_work
from backend.infrastructure.http.schema_base import PageQuery, page_request
from backend.kernel.identity import Permission
from miniprogram_api.schemas.residents import BindingPage, BindingRequest, BindingResponse

blueprint = Blueprint("bindings", __name__, description="Bindings of a resident to households")


@endpoint(
    blueprint,
    "POST",
    "/bindings",
    Permission.BINDING_REQUEST,
    body=BindingRequest,
    answer=BindingResponse,
    status=201,
    idempotent=True,
)
def request_binding(body: dict[str, Any]) -> Response:
    with request_work() as work:
        return answer(work, residents.request_binding(work, body["room_id"]))


@endpoint(blueprint, "GET", "/bindings", Permission.BINDING_REQUEST, query=PageQuery, answer=BindingPage)
def list_bindings(query: dict[str, Any]) -> Response:
    with request_work() as work:
        return answer(work, residents.list_own_bindings(work.session, g.actor.id, page_request(query)))
