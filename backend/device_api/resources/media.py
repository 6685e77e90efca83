"""Pictures first, events that refer to them second: a broken upload costs no event."""

from flask import Response, request
from flask_smorest import Blueprint
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import UnsupportedMediaType

from backend.device_api.caller import device_place
from backend.device_api.schemas import MediaResponse
from backend.features.media import service as media
from backend.infrastructure.http.endpoint import answer, endpoint, request_work
from backend.infrastructure.http.platform import platform
from backend.kernel.identity import Permission

MAX_IMAGE_BYTES = 8 * 1024 * 1024
IMAGE_TYPES = ("image/jpeg", "image/png", "image/webp")

blueprint = Blueprint("media", __name__, url_prefix="/v1", description="Pictures")

UPLOAD_DOC = {
    "requestBody": {
        "required": True,
        "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in IMAGE_TYPES},
    }
}


@endpoint(blueprint, "POST", "/media", Permission.MEDIA_SEND, answer=MediaResponse, status=201, doc=UPLOAD_DOC)
def upload() -> Response:
    """One JPEG, PNG or WebP of at most 8 MiB and 40 megapixels, as the raw body.

    What no event refers to within a day is deleted.
    """
    if request.mimetype not in IMAGE_TYPES:
        raise UnsupportedMediaType
    request.max_content_length = MAX_IMAGE_BYTES
    image = media.store_image(platform().media, request.get_data(cache=False))
    site_id, device_id = device_place()
    try:
        with request_work() as work:
            media_id = media.register(work, site_id, device_id, image)
            return answer(work, {"media_id": media_id, "sha256": image.sha256.hex()})
    except SQLAlchemyError:
        platform().media.delete(image.name)  # no row owns these bytes, so no term would ever end them
        raise
