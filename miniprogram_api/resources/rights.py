"""Rights to one's own data: what is kept and why, a copy, who looked, consents, the end of the account."""

from typing import Any
from uuid import UUID

from flask import Response, g
from flask_smorest import Blueprint

from backend.features.consents import service as consents
from backend.features.residents import service as residents
from backend.features.rights import service as rights
from backend.infrastructure.http.endpoint import answer, endpoint, request_work
from backend.infrastructure.http.schema_base import PageQuery, page_request
from backend.infrastructure.unit_of_work import Work
from backend.kernel.identity import Permission
from backend.pages.own_file import LOOKS_FOR, Whose, read_own_file
from backend.pages.own_looks import list_looks
from miniprogram_api.schemas.rights import (
    ConsentRequest,
    ConsentResponse,
    ConsentsResponse,
    DataKindsResponse,
    ExportResponse,
    ExportsResponse,
    LookPage,
)

blueprint = Blueprint("rights", __name__, description="Rights to one's own data")
ZIP = "application/zip"
FILE = {
    "responses": {
        "200": {"description": "my-data.json for programs, my-data.html for people.", "content": {ZIP: {}}},
    }
}


@endpoint(blueprint, "GET", "/me/consents", Permission.DATA_OWN, answer=ConsentsResponse)
def list_consents() -> Response:
    with request_work() as work:
        return answer(work, {"items": consents.list_of(work.session, g.actor.id)})


@endpoint(
    blueprint,
    "POST",
    "/me/consents",
    Permission.DATA_OWN,
    body=ConsentRequest,
    answer=ConsentResponse,
    idempotent=True,
)
def decide_consent(body: dict[str, Any]) -> Response:
    """Given or withdrawn with one call, and from the next look on."""
    with request_work() as work:
        said = consents.decide(work, g.actor.id, body["purpose"], given=body["given"], version=body["version"])
        return answer(work, said)


@endpoint(blueprint, "GET", "/me/data", Permission.DATA_OWN, answer=DataKindsResponse)
def list_data() -> Response:
    """Every kind of data that is kept about the resident: why, until when, and what makes it go."""
    with request_work() as work:
        sections = read_own_file(work.session, _whose(work), work.now)
        kinds = [
            {"kind": one.kind, "title": one.title, "basis": one.basis, "kept": one.kept, "deletion": one.deletion}
            | {"count": len(one.items)}
            for one in sections
        ]
        return answer(work, {"items": kinds})


@endpoint(blueprint, "GET", "/me/looks", Permission.DATA_OWN, query=PageQuery, answer=LookPage)
def list_own_looks(query: dict[str, Any]) -> Response:
    """Who of the staff looked at the resident's data in the last 180 days: role, time and purpose, newest first."""
    with request_work() as work:
        known = residents.identities(work.session, g.actor.id)
        return answer(work, list_looks(work.session, known, work.now - LOOKS_FOR, page_request(query)))


@endpoint(
    blueprint,
    "POST",
    "/me/data-exports",
    Permission.DATA_OWN,
    answer=ExportResponse,
    status=202,
    idempotent=True,
)
def ask_export() -> Response:
    """A copy of everything, made within a minute and kept for three days."""
    with request_work() as work:
        return answer(work, rights.ask_export(work, g.actor.id))


@endpoint(blueprint, "GET", "/me/data-exports", Permission.DATA_OWN, answer=ExportsResponse)
def list_exports() -> Response:
    with request_work() as work:
        return answer(work, {"items": rights.list_exports(work.session, g.actor.id, work.now)})


@endpoint(blueprint, "GET", "/me/data-exports/<uuid:export_id>/file", Permission.DATA_OWN, doc=FILE)
def fetch_export(export_id: UUID) -> Response:
    with request_work() as work:
        body = rights.fetch_export(work, g.actor.id, export_id)
    response = Response(body, mimetype=ZIP)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.zip"'
    return response


@endpoint(blueprint, "DELETE", "/me", Permission.DATA_OWN, status=204)
def close_account() -> Response:
    """At once, by the resident's own word: the account's data is deleted, its tokens end, open visits are
    cancelled. The property's registers stay; ask for their deletion first.
    """
    with request_work() as work:
        rights.close_account(work, g.actor.id)
        return answer(work, None)


def _whose(work: Work) -> Whose:
    return Whose(g.actor.id, residents.identities(work.session, g.actor.id))
