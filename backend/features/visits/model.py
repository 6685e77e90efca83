from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from backend.kernel.ids import HouseholdId, ResidentId, SiteId, TenantId, VisitId


class VisitState(Enum):
    ACTIVE = "active"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class VisitWish:
    """What a resident asks for."""

    visitor_name: str
    visitor_phone: str | None
    plate: str | None
    valid_from: datetime
    valid_until: datetime
    max_entries: int


@dataclass(frozen=True)
class Visit:
    id: VisitId
    tenant_id: TenantId
    site_id: SiteId
    household_id: HouseholdId
    resident_id: ResidentId
    visitor_name: str
    visitor_phone: str | None
    plate: str | None
    valid_from: datetime
    valid_until: datetime
    max_entries: int
    entries: int
    state: VisitState
    code: str
    """Six digits to read aloud at the gate."""
    link_token: str
    """The unguessable end of the visitor's web link."""
    created_at: datetime

    @property
    def is_active(self) -> bool:
        return self.state is VisitState.ACTIVE


class VisitFault(Enum):
    """Why a known visit does not open the gate now."""

    NOT_YET = "visit_not_yet"
    OVER = "visit_over"
    USED_UP = "visit_used_up"
    CANCELLED = "visit_cancelled"
