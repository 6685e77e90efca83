from dataclasses import dataclass
from enum import Enum

from backend.kernel.ids import GateId, RoomId, SiteId, TenantId


class SiteKind(Enum):
    COMMUNITY = "community"
    CAMPUS = "campus"


@dataclass(frozen=True)
class Site:
    id: SiteId
    tenant_id: TenantId
    name: str
    kind: SiteKind
    home_province: str


@dataclass(frozen=True)
class Gate:
    id: GateId
    site_id: SiteId
    name: str
    bit: int


@dataclass(frozen=True)
class Room:
    """`label` is how people say it: 3幢2单元501."""

    id: RoomId
    site_id: SiteId
    label: str
