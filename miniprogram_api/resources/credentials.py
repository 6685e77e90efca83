"""What opens doors for the resident: their own cards and PIN, and the word that a card is lost."""

from uuid import UUID

from flask import Response, g
from flask_smorest import Blueprint

from backend.features.credentials import service as credentials
from backend.features.credentials.model import Holder
from backend.features.residents import service as residents
from backend.infrastructure.http.endpoint import answer, endpoint, request_work
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.identity import Permission
from miniprogram_api.schemas.credentials import CredentialResponse, CredentialsResponse

blueprint = Blueprint("credentials", __name__, description="Cards and PINs of the resident")


@endpoint(blueprint, "GET", "/credentials", Permission.CREDENTIAL_OWN, answer=CredentialsResponse)
def list_credentials() -> Response:
    """One's own, newest first; those of others in the household are theirs."""
    with request_work() as work:
        held = credentials.list_held(work.session, g.actor.scope, _own(work))
        return answer(work, {"items": held})


@endpoint(
    blueprint,
    "POST",
    "/credentials/<uuid:credential_id>/lost",
    Permission.CREDENTIAL_OWN,
    answer=CredentialResponse,
    idempotent=True,
)
def report_lost(credential_id: UUID) -> Response:
    """The card opens nothing from the next check on. Said again, nothing changes."""
    with request_work() as work:
        return answer(work, credentials.report_lost(work, g.actor.scope, _own(work), credential_id))


def _own(work: Work) -> list[Holder]:
    persons = residents.own_persons(work.session, g.actor.id, local_day(work.now))
    return [Holder(person_id=person_id) for person_id in persons]
