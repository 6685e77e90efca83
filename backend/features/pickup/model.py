"""Who may collect which child now: what was shown at the gate, what the records say, what is decided of it."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import NewType
from uuid import UUID

from backend.features.children.model import CustodyFact
from backend.features.credentials.model import Assurance
from backend.kernel.ids import ChildId

CheckId = NewType("CheckId", UUID)
DelegationId = NewType("DelegationId", UUID)
ReleaseId = NewType("ReleaseId", UUID)
OverrideId = NewType("OverrideId", UUID)
AuthorisationId = NewType("AuthorisationId", UUID)


class CardState(Enum):
    VALID = "valid"
    LOST = "lost"
    STOPPED = "stopped"
    ENDED = "ended"
    """Expired, returned or replaced."""
    UNKNOWN = "unknown"
    """No card of this kindergarten, a pass that is none, or nothing shown at all."""


class Factor(Enum):
    """What says that the holder of the card is who stands there. Of several, the strongest counts."""

    FACE_MATCH = "face_match"
    FACE_GREY = "face_grey"
    """Between the thresholds: neither yes nor no."""
    FACE_OTHER = "face_other"
    FACE_FAILED = "face_failed"
    """No face in the photo, or none good enough."""
    ENGINE_ABSENT = "engine_absent"
    PIN_RIGHT = "pin_right"
    """The way of whoever declines face recognition: of equal worth."""
    PIN_WRONG = "pin_wrong"
    PIN_LOCKED = "pin_locked"
    PORTRAIT_SAME = "portrait_same"
    """A member of staff has compared the person with the reference portrait."""
    PORTRAIT_OTHER = "portrait_other"
    NONE = "none"


class Standing(Enum):
    """What the holder is to one child."""

    GUARDIAN = "guardian"
    REVOKED = "revoked"
    DELEGATE = "delegate"
    """For one day, by a guardian's word and with a single-use pass."""
    NOBODY = "nobody"


@dataclass(frozen=True)
class Authorisation:
    """One line of the matrix: on these weekdays, in this period of the day, between these dates, yes or no."""

    allows: bool
    weekdays: frozenset[int]
    """1 is Monday, 7 is Sunday."""
    from_time: time
    """Local time of the day."""
    until_time: time
    """Exclusive."""
    from_on: date
    until_on: date | None = None
    """Exclusive."""


@dataclass(frozen=True)
class Delegation:
    valid_from: datetime
    valid_until: datetime
    vetoed_at: datetime | None = None
    used_at: datetime | None = None


@dataclass(frozen=True)
class Shown:
    """What the gate saw, and when."""

    at: datetime
    card: CardState
    factor: Factor
    assurance: Assurance = Assurance.STANDARD
    face_certified: bool = False
    """Whether the face model has been certified on enough pairs of this site; one that has not only suggests."""
    list_age: timedelta | None = None
    """None where the platform itself decides; else how old the gate's signed daily list was."""


@dataclass(frozen=True)
class Claim:
    """What the records say of the holder and one child."""

    child_id: ChildId
    standing: Standing
    is_minor: bool = False
    custody: tuple[CustodyFact, ...] = ()
    authorisations: tuple[Authorisation, ...] = ()
    delegation: Delegation | None = None


class Doubt(Enum):
    """What a teacher has to settle, by doing just that, before the child goes."""

    COMPARE_PORTRAIT = "compare_portrait"
    """Neither face nor PIN has said who it is."""
    CONFIRM_PERSON = "confirm_person"
    """The card can be copied, or the face model only suggests."""
    CHECK_DELEGATE = "check_delegate"
    """Photo and ID tail as the guardian has named them."""
    OUTSIDE_HOURS = "outside_hours"
    CALL_BACK = "call_back"
    """The gate could not ask: the guardian's number on file can."""


class Denial(Enum):
    """Why a child does not go with whoever holds this card; one reason each time, the gravest."""

    CUSTODY = "custody"
    RULE = "rule"
    """A line of the matrix says no."""
    REVOKED = "revoked"
    MINOR = "minor"
    VETOED = "vetoed"
    USED = "used"
    CARD_LOST = "card_lost"
    CARD_STOPPED = "card_stopped"
    CARD_ENDED = "card_ended"
    CARD_UNKNOWN = "card_unknown"
    NOT_THIS_CHILD = "not_this_child"
    NOT_TODAY = "not_today"
    MISMATCH = "mismatch"
    PIN_LOCKED = "pin_locked"
    OUTSIDE_HOURS = "doubtful_outside_hours"
    OFFLINE = "doubtful_offline"
    IDENTITY = "doubtful_identity"


class Alerted(Enum):
    CLASS_TEACHER = "class_teacher"
    HEAD = "head"


@dataclass(frozen=True)
class Admit:
    """The adult may come in, and the teacher may let the child go."""

    factor: Factor


@dataclass(frozen=True)
class AskTeacher:
    """The teacher comes; the child goes only once she has settled the doubt."""

    doubt: Doubt


@dataclass(frozen=True)
class Refuse:
    denial: Denial


Decision = Admit | AskTeacher | Refuse


@dataclass(frozen=True)
class TwoStaffRelease:
    """Two members of staff let a child go where the system did not, or could not be asked."""

    by: UUID | None
    beside: UUID | None
    called_back: bool
    """At the guardian's number on file."""
    identity_checked: bool
    reason: str = field(repr=False)
