"""Pictures from devices: inspected before they are stored, stored before a row owns them."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.media import store
from backend.features.media.errors import ImageTooLarge, MediaGone, UnusableImage
from backend.features.media.model import Media, StoredImage
from backend.features.media.tables import MediaRow
from backend.infrastructure.crypto import digest
from backend.infrastructure.inserting import insert_row
from backend.infrastructure.media.store import MediaMissing, MediaStore
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import DeviceId, MediaId, SiteId, uuid7
from recognition.images import ImageRefused, inspect

TOO_LARGE = frozenset({"image_too_large", "image_too_many_pixels"})


def store_image(media: MediaStore, body: bytes) -> StoredImage:
    """Checks the header and keeps the bytes; no transaction is open. Raises UnusableImage, stores nothing then."""
    try:
        facts = inspect(body)
    except ImageRefused as refused:
        refusal = ImageTooLarge if refused.code in TOO_LARGE else UnusableImage
        raise refusal(refused.code) from None
    name = media.put(body, facts.media_type)
    return StoredImage(name, digest(body), len(body), facts.media_type, facts.width_px, facts.height_px)


def register(work: Work, site_id: SiteId, device_id: DeviceId, image: StoredImage) -> MediaId:
    media_id = MediaId(uuid7())
    owned = {"id": media_id, "site_id": site_id, "device_id": device_id, "attached": False, "created_at": work.now}
    insert_row(work.session, MediaRow, owned | asdict(image))
    return media_id


def attach(work: Work, device_id: DeviceId, ids: Sequence[UUID]) -> None:
    """Raises NotFound unless every id is an upload of this device that no event has used yet."""
    if ids and store.attach(work.session, device_id, ids) != len(set(ids)):
        raise NotFound


def get(session: Session, within: Scope, media_id: UUID) -> Media:
    found = store.find(session, within, media_id)
    if found is None:
        raise NotFound
    return found


def read(media: MediaStore, found: Media) -> bytes:
    """The bytes; no transaction is open. Raises MediaGone after their term."""
    try:
        return media.get(found.name)
    except MediaMissing:
        raise MediaGone from None


def owned(session: Session, names: Sequence[str]) -> set[str]:
    """Those of the names that a row, of whatever site, owns."""
    return store.owned(session, names)
