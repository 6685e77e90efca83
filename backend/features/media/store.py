from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.features.media.model import Media
from backend.features.media.tables import MediaRow
from backend.kernel.identity import Scope
from backend.kernel.ids import DeviceId, MediaId, SiteId


def find(session: Session, within: Scope, media_id: UUID) -> Media | None:
    row = session.scalar(select(MediaRow).where(MediaRow.id == media_id, MediaRow.site_id.in_(within.sites)))
    return None if row is None else _media(row)


def _media(row: MediaRow) -> Media:
    return Media(MediaId(row.id), SiteId(row.site_id), row.name, row.sha256, row.content_type, row.created_at)


_ATTACH = text("UPDATE media SET attached = true WHERE id = ANY(:ids) AND device_id = :device_id AND NOT attached")


def attach(session: Session, device_id: DeviceId, ids: Iterable[UUID]) -> int:
    """Marks this device's own, not yet attached uploads as used; returns how many there were."""
    return int(session.execute(_ATTACH, {"ids": list(ids), "device_id": device_id}).rowcount)  # type: ignore[attr-defined]


def owned(session: Session, names: Sequence[str]) -> set[str]:
    """Without a scope: what no site owns is looked for."""
    return set(session.scalars(select(MediaRow.name).where(MediaRow.name.in_(names))))
