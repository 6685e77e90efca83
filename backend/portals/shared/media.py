"""Pictures of a passage: scoped, on record, and never from another address."""

from uuid import UUID

from flask import Blueprint, Response, request

from backend.features.media import service as media
from backend.features.passages import service as passages
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.audit.looks import WINDOW, record_look
from backend.infrastructure.http.platform import platform
from backend.kernel.errors import NotFound
from backend.kernel.identity import Permission
from backend.portals.shared.looks import LookPurpose
from backend.portals.shared.page import choice, page, page_work

pictures = Blueprint("media", __name__)


@page(pictures, "/media/<uuid:passage_id>", Permission.PASSAGE_READ)
def photo(passage_id: UUID) -> Response:
    """The photo as the device took it: decoding strangers' pictures is no work for a web process.

    `purpose` says for the access register which page shows it. The browser may keep it as long as one look lasts.
    Raises NotFound, MediaGone.
    """
    purpose = choice(LookPurpose, request.args.get("purpose", LookPurpose.GATE_DUTY.value))
    with page_work() as work:
        passage = passages.get(work.session, work.actor.scope, passage_id)
        if passage.media_id is None:
            raise NotFound
        found = media.get(work.session, work.actor.scope, passage.media_id)
        record_look(work, Subject("passage", passage.id), purpose.value)
    response = Response(media.read(platform().media, found), mimetype=found.content_type)
    response.headers["Cache-Control"] = f"private, max-age={int(WINDOW.total_seconds())}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    response.headers["Content-Disposition"] = "inline"
    return response
