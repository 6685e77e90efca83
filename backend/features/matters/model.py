from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import NewType
from uuid import UUID

from backend.kernel.ids import HouseholdId, PersonId, ResidentId, SiteId, TenantId

MatterId = NewType("MatterId", UUID)


class MatterKind(Enum):
    ADD_MEMBER = "add_member"
    REMOVE_MEMBER = "remove_member"
    """Somebody else's home ends by the property's decision alone, never by a landlord's or a spouse's word."""
    ADD_VEHICLE = "add_vehicle"
    CORRECT = "correct"
    """What the register keeps of a person is wrong (PIPL 46)."""
    DELETE = "delete"
    """What is kept of a person without need shall go (PIPL 47)."""


DATA_RIGHTS = frozenset({MatterKind.CORRECT, MatterKind.DELETE})


class MatterState(Enum):
    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """By whoever asked."""


class DataField(Enum):
    """What a resident may ask to have corrected."""

    NAME = "name"
    PHONE = "phone"
    DOCUMENT_NUMBER = "document_number"
    REGISTERED_HOME = "registered_home"
    STAY_UNTIL = "stay_until"


@dataclass(frozen=True)
class Details:
    """What exactly is asked; which of it is set depends on the kind."""

    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    relation: str = ""
    stay_until_on: str = ""
    plate: str = field(default="", repr=False)
    data_field: str = ""
    value: str = field(default="", repr=False)
    explanation: str = field(default="", repr=False)

    @property
    def subject(self) -> str:
        """Whom or what it is about, in a few characters."""
        return self.name or self.plate or self.value


@dataclass(frozen=True)
class Place:
    """Where a matter belongs: the home that it is about, and whom of it."""

    tenant_id: TenantId
    site_id: SiteId
    household_id: HouseholdId
    person_id: PersonId | None = None
    """Whom it is about, where that person is on the register already."""


@dataclass(frozen=True)
class Matter:
    id: MatterId
    kind: MatterKind
    place: Place
    resident_id: ResidentId
    details: Details
    state: MatterState
    asked_at: datetime
    due_on: date
    """The last day for an answer."""
    decided_at: datetime | None
    answer: str = field(repr=False)
    """The property's words; empty until it has decided."""
