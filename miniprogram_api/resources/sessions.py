"""Log-in, log-out, the own profile."""

from typing import Any

from flask import Response, g, request
from flask_smorest import Blueprint

from backend.features.residents import service as residents
from backend.features.residents.model import Resident
from backend.infrastructure.http.endpoint import answer, endpoint, request_work
from backend.infrastructure.http.identity import bearer_token
from backend.infrastructure.http.platform import platform
from backend.kernel.identity import Permission
from miniprogram_api.mini_program import mini_program
from miniprogram_api.schemas.residents import CodeRequest, ResidentResponse, SessionResponse

blueprint = Blueprint("sessions", __name__, description="Log-in by WeChat")


@endpoint(
    blueprint,
    "POST",
    "/sessions",
    Permission.PUBLIC,
    body=CodeRequest,
    answer=SessionResponse,
    status=201,
    doc={"security": []},
)
def log_in(body: dict[str, Any]) -> Response:
    here = platform()
    session = residents.log_in(here.database, here.crypto, mini_program(), body["code"])
    view = {"token": session.token, "expires_at": session.expires_at, "resident": own_view(session.resident)}
    with request_work() as work:
        return answer(work, view)


@endpoint(blueprint, "DELETE", "/sessions/current", Permission.SELF, status=204)
def log_out() -> Response:
    with request_work() as work:
        residents.log_out(work, platform().crypto, bearer_token(request) or "")
        return answer(work, None)


@endpoint(blueprint, "GET", "/me", Permission.SELF, answer=ResidentResponse)
def show_me() -> Response:
    with request_work() as work:
        return answer(work, own_view(residents.get_resident(work.session, g.actor.id)))


@endpoint(blueprint, "POST", "/me/phone", Permission.SELF, body=CodeRequest, answer=ResidentResponse)
def share_phone(body: dict[str, Any]) -> Response:
    here = platform()
    resident = residents.share_phone(here.database, here.crypto, mini_program(), g.actor, body["code"])
    with request_work() as work:
        return answer(work, own_view(resident))


def own_view(resident: Resident) -> dict[str, Any]:
    phone = resident.phone
    return {"id": resident.id, "phone": None if phone is None else f"{phone[:3]}****{phone[-4:]}"}
