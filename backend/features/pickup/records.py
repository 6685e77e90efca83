"""What is kept of a day: who was named, who was at the gate, who has gone, who has whom."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from uuid import UUID

from backend.features.pickup.model import (
    CardState,
    CheckId,
    Decision,
    Delegation,
    DelegationId,
    Doubt,
    Factor,
    OverrideId,
    ReleaseId,
    TwoStaffRelease,
)
from backend.kernel.ids import ChildId, PersonId, SiteId


class AttendanceState(Enum):
    PRESENT = "present"
    LEAVE = "leave"
    ABSENT = "absent"


class StepKind(Enum):
    ARRIVED = "arrived"
    HANDED_OVER = "handed_over"
    RELEASED = "released"
    UNDONE = "undone"


@dataclass(frozen=True)
class DelegateWish:
    """Whom a guardian names for one day, and for which children."""

    child_ids: frozenset[ChildId]
    name: str = field(repr=False)
    id_tail: str = field(repr=False)
    valid_from: datetime
    valid_until: datetime
    photo_id: UUID | None = None


@dataclass(frozen=True)
class Delegate:
    """As a teacher and the other guardian see one."""

    id: DelegationId
    site_id: SiteId
    named_by: PersonId
    child_ids: frozenset[ChildId]
    name: str = field(repr=False)
    id_tail: str = field(repr=False)
    photo_id: UUID | None
    state: Delegation
    used_check_id: CheckId | None


@dataclass(frozen=True)
class Check:
    id: CheckId
    site_id: SiteId
    person_id: PersonId | None
    delegation_id: DelegationId | None
    photo_id: UUID | None
    card_state: CardState
    factor: Factor
    list_age: timedelta | None
    occurred_at: datetime
    at: datetime
    admitted: bool
    alerts_head: bool
    decisions: dict[ChildId, Decision]


@dataclass(frozen=True)
class Release:
    id: ReleaseId
    child_id: ChildId
    check_id: CheckId | None
    """None where two members of staff have let the child go."""
    day: date
    settled: Doubt | None
    at: datetime


@dataclass(frozen=True)
class Override:
    """What the first member of staff has asked for; `wanted.beside` is still open."""

    id: OverrideId
    child_id: ChildId
    person_id: PersonId
    wanted: TwoStaffRelease
    asked_at: datetime


@dataclass(frozen=True)
class Progress:
    """已接 1/2: of the children whom this adult may collect, how many have gone."""

    released: int
    of: int

    @property
    def text(self) -> str:
        return f"已接 {self.released}/{self.of}"


@dataclass(frozen=True)
class Step:
    kind: StepKind
    at: datetime
    from_staff: UUID | None
    to_staff: UUID | None
    to_person: UUID | None
    to_delegation: UUID | None
