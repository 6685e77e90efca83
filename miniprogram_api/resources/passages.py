"""The resident's own passage log. Pictures only of an own car, and only with consent."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response, g
from flask_smorest import Blueprint

from backend.features.consents import service as consents
from backend.features.consents.model import ConsentPurpose
from backend.features.media import service as media
from backend.features.residents import service as residents
from backend.infrastructure.http.endpoint import answer, endpoint, request_work
from backend.infrastructure.http.platform import platform
from backend.infrastructure.http.schema_base import PageQuery, page_request
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.errors import NotFound
from backend.kernel.identity import Permission, Scope
from backend.kernel.ids import SiteId
from backend.pages.own_passages import Owner, find_own_photo, list_own
from miniprogram_api.schemas.rights import OwnPassagePage

blueprint = Blueprint("passages", __name__, description="When the resident's cars, visitors and card came and went")
PHOTO = {"responses": {"200": {"description": "The picture.", "content": {"image/jpeg": {}, "image/png": {}}}}}


@endpoint(blueprint, "GET", "/passages", Permission.DATA_OWN, query=PageQuery, answer=OwnPassagePage)
def list_passages(query: dict[str, Any]) -> Response:
    """Newest first; of the household's cars from the day on which the resident came to live there."""
    with request_work() as work:
        page = list_own(work.session, _owner(work), page_request(query))
        shown = consents.is_given(work.session, g.actor.id, ConsentPurpose.PASSAGE_PHOTOS)
        return answer(work, page.map(lambda one: asdict(one) | {"has_photo": shown and one.media_id is not None}))


@endpoint(blueprint, "GET", "/passages/<uuid:passage_id>/photo", Permission.DATA_OWN, doc=PHOTO)
def show_photo(passage_id: UUID) -> Response:
    """Not found without the consent `passage_photos`, or for anybody else's car. The bytes are read after the
    transaction.
    """
    with request_work() as work:
        found = find_own_photo(work.session, _owner(work), passage_id)
        if found is None or not consents.is_given(work.session, g.actor.id, ConsentPurpose.PASSAGE_PHOTOS):
            raise NotFound
        picture = media.get(work.session, Scope.of_sites([SiteId(found[1])]), found[0])
    response = Response(media.read(platform().media, picture), mimetype=picture.content_type)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _owner(work: Work) -> Owner:
    return Owner(residents.own_persons(work.session, g.actor.id, local_day(work.now)), g.actor.id)
