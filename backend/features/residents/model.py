from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import NewType
from uuid import UUID

from backend.kernel.ids import HouseholdId, PersonId, ResidentId, SiteId, TenantId

BindingId = NewType("BindingId", UUID)


class BindingState(Enum):
    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    ENDED = "ended"


class BindingReason(Enum):
    """Why the property refused or ended a binding; preset, so that no free text about people arises."""

    NOT_A_MEMBER = "not_a_member"
    MOVED_OUT = "moved_out"
    NUMBER_OUTDATED = "number_outdated"
    OTHER = "other"
    OWN_WISH = "own_wish"
    """The resident has closed the account."""


@dataclass(frozen=True)
class Resident:
    id: ResidentId
    phone: str | None = field(repr=False)


@dataclass(frozen=True)
class ResidentSession:
    token: str = field(repr=False)
    """256 random bits, shown once; only its keyed hash is stored."""
    expires_at: datetime
    resident: Resident


@dataclass(frozen=True)
class Binding:
    id: BindingId
    resident_id: ResidentId
    person_id: PersonId
    household_id: HouseholdId
    site_id: SiteId
    tenant_id: TenantId
    state: BindingState
    requested_at: datetime
    decided_at: datetime | None
    reason: BindingReason | None
