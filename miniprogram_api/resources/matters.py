"""What the resident asked of the property, and what it answered; data corrected or deleted on their word."""

from typing import Any
from uuid import UUID

from flask import Response, g
from flask_smorest import Blueprint

from backend.features.matters import service as matters
from backend.features.matters.errors import IdentityNeeded
from backend.features.matters.model import Place
from backend.features.residents import service as residents
from backend.infrastructure.http.endpoint import answer, endpoint, request_work
from backend.infrastructure.http.schema_base import PageQuery, page_request
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Permission
from miniprogram_api.schemas.members import CorrectionRequest, DeletionRequest, MatterPage, MatterResponse

blueprint = Blueprint("matters", __name__, description="Requests to the property, and its answers")


@endpoint(blueprint, "GET", "/matters", Permission.DATA_OWN, query=PageQuery, answer=MatterPage)
def list_matters(query: dict[str, Any]) -> Response:
    """Newest first."""
    with request_work() as work:
        return answer(work, matters.list_own(work.session, g.actor.id, page_request(query)))


@endpoint(blueprint, "GET", "/matters/<uuid:matter_id>", Permission.DATA_OWN, answer=MatterResponse)
def show_matter(matter_id: UUID) -> Response:
    with request_work() as work:
        return answer(work, matters.get_own(work.session, g.actor.id, matter_id))


@endpoint(
    blueprint,
    "POST",
    "/matters/<uuid:matter_id>/withdraw",
    Permission.DATA_OWN,
    answer=MatterResponse,
    idempotent=True,
)
def withdraw_matter(matter_id: UUID) -> Response:
    """Said again, nothing changes."""
    with request_work() as work:
        return answer(work, matters.withdraw(work, g.actor.id, matter_id))


@endpoint(
    blueprint,
    "POST",
    "/me/corrections",
    Permission.DATA_OWN,
    body=CorrectionRequest,
    answer=MatterResponse,
    status=201,
    idempotent=True,
)
def ask_to_correct(body: dict[str, Any]) -> Response:
    """The property checks and answers by `due_on`."""
    with request_work() as work:
        place = own_place(work, body["person_id"])
        matter = matters.ask_to_correct(work, place, body["field"], body["value"], body["explanation"])
        return answer(work, matter)


@endpoint(
    blueprint,
    "POST",
    "/me/deletions",
    Permission.DATA_OWN,
    body=DeletionRequest,
    answer=MatterResponse,
    status=201,
    idempotent=True,
)
def ask_to_delete(body: dict[str, Any]) -> Response:
    """What the register may give up goes with the property's answer; `GET /me/data` names what the law keeps."""
    with request_work() as work:
        return answer(work, matters.ask_to_delete(work, own_place(work, body["person_id"]), body["explanation"]))


def own_place(work: Work, person_id: UUID | None) -> Place:
    """Of the one person that the resident is or names. Raises IdentityNeeded, NotFound."""
    known = residents.identities(work.session, g.actor.id)
    if not known:
        raise IdentityNeeded
    found = next((one for one in known if person_id in (None, one.person_id)), None)
    if found is None:
        raise NotFound
    return Place(found.tenant_id, found.site_id, found.household_id, found.person_id)
