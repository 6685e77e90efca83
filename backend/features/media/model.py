from dataclasses import dataclass
from datetime import datetime

from backend.kernel.ids import MediaId, SiteId


@dataclass(frozen=True)
class Media:
    id: MediaId
    site_id: SiteId
    name: str
    """Where the media store keeps the bytes."""
    sha256: bytes
    content_type: str
    created_at: datetime


@dataclass(frozen=True)
class StoredImage:
    """Bytes that are already in the media store, before a row says whose they are."""

    name: str
    sha256: bytes
    byte_count: int
    content_type: str
    width: int
    height: int
