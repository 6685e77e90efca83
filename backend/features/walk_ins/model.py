from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import NewType
from uuid import UUID

from backend.features.visits.model import VisitKind
from backend.kernel.ids import DeviceId, HouseholdId, PassageId, ResidentId, SiteId, TenantId, VisitId

WalkInId = NewType("WalkInId", UUID)


class WalkInState(Enum):
    ASKING_HOST = "asking_host"
    ASKING_BACKUP = "asking_backup"
    GUARD_DECIDES = "guard_decides"
    """Nobody has answered in time, or there is nobody to ask."""
    APPROVED = "approved"
    REFUSED = "refused"
    ADMITTED = "admitted"
    LEFT = "left"
    """The visitor did not wait."""


OPEN_STATES = frozenset({WalkInState.ASKING_HOST, WalkInState.ASKING_BACKUP, WalkInState.GUARD_DECIDES})
"""Somebody may still answer; the first answer counts."""


class Answerer(Enum):
    """Whose word it was; shown at the gate."""

    HOST = "host"
    BACKUP = "backup"
    GUARD = "guard"


class GuardReason(Enum):
    """The guard's preset reasons. Words of others may be passed on at any time, own ones only after the asking."""

    HOST_SAID_YES = "host_said_yes"
    BACKUP_SAID_YES = "backup_said_yes"
    SEEN_IN_PERSON = "seen_in_person"
    """The host came to the gate, or an official showed their card."""
    OFFICIAL_DUTY = "official_duty"
    HOST_SAID_NO = "host_said_no"
    NO_ANSWER = "no_answer"
    PURPOSE_UNCLEAR = "purpose_unclear"


class WalkInRefusal(Enum):
    """Why a visitor at the gate is not let in: one code, a sentence for the guard and a polite one for the visitor."""

    HOST_REFUSED = "walk_in_host_refused"
    BACKUP_REFUSED = "walk_in_backup_refused"
    HOST_SAID_NO = "walk_in_host_said_no"
    NO_ANSWER = "walk_in_no_answer"
    PURPOSE_UNCLEAR = "walk_in_purpose_unclear"


@dataclass(frozen=True)
class Stranger:
    """Who stands at the gate, as far as they say; nothing of it is demanded."""

    name: str = field(repr=False)
    phone_tail: str | None = field(default=None, repr=False)
    plate: str | None = field(default=None, repr=False)
    kind: VisitKind = VisitKind.GUEST


@dataclass(frozen=True)
class WalkIn:
    id: WalkInId
    tenant_id: TenantId
    site_id: SiteId
    household_id: HouseholdId
    device_id: DeviceId
    """The lane at which the guard stands."""
    passage_id: PassageId | None
    """The car that waits, where it began with one."""
    stranger: Stranger
    state: WalkInState
    answer_by: datetime | None
    """Until when the present question waits; None where nobody is asked."""
    answerer: Answerer | None
    answered_by: ResidentId | None
    answered_at: datetime | None
    reason: GuardReason | None
    refusal: WalkInRefusal | None
    visit_id: VisitId | None
    created_at: datetime

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


@dataclass(frozen=True)
class Backup:
    """Whom a household has named for when nobody of it answers."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    resident_id: ResidentId | None
    """Set where the number is a resident's of the site, who can answer in the mini-program."""


@dataclass(frozen=True)
class Reach:
    """Whether there is anybody to ask, stage by stage."""

    host: bool
    backup: bool


@dataclass(frozen=True)
class Ring:
    """A number to dial and as much of it as the page may show."""

    number: str = field(repr=False)
    shown: str = field(repr=False)
    is_backup: bool = False
