from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from backend.kernel.hours import Hours
from backend.kernel.ids import EmployeeId, HouseholdId, ResidentId, SiteId, TenantId, VisitId


class VisitState(Enum):
    PENDING = "pending"
    """The site's policy asks for the property's, or the school's, word first."""
    ACTIVE = "active"
    REFUSED = "refused"
    CANCELLED = "cancelled"


OPEN_STATES = (VisitState.PENDING, VisitState.ACTIVE)


class VisitKind(Enum):
    GUEST = "guest"
    CARER = "carer"
    TUTOR = "tutor"
    HELPER = "helper"
    COURIER = "courier"
    WALK_IN = "walk_in"
    """Came unannounced and was let in on the host's, or the guard's, word."""


class RefusalReason(Enum):
    """Why the property did not approve a visit; preset, so that no free text about people arises."""

    TIME_UNSUITABLE = "time_unsuitable"
    DETAILS_MISSING = "details_missing"
    SITE_RESTRICTED = "site_restricted"
    OTHER = "other"


@dataclass(frozen=True)
class Series:
    """Terms of a visitor who comes again and again."""

    hours: Hours
    entries_a_day: int = 1
    except_on: frozenset[date] = frozenset()
    """Days on which the visitor does not come, by the local day on which the hours begin."""


@dataclass(frozen=True)
class VisitWish:
    """What a host asks for; with a series the window is its first day's midnight to its last day's end."""

    visitor_name: str = field(repr=False)
    visitor_phone: str | None = field(repr=False)
    plate: str | None = field(repr=False)
    valid_from: datetime
    valid_until: datetime
    max_entries: int
    kind: VisitKind = VisitKind.GUEST
    series: Series | None = None


@dataclass(frozen=True)
class Host:
    """Whom the visitor comes to: a household, or a member of the staff."""

    household_id: HouseholdId | None = None
    employee_id: EmployeeId | None = None
    resident_id: ResidentId | None = None
    """Who announced or approved it; None where the guard issued it for a household."""


@dataclass(frozen=True)
class Visit:
    id: VisitId
    tenant_id: TenantId
    site_id: SiteId
    household_id: HouseholdId | None
    resident_id: ResidentId | None
    visitor_name: str = field(repr=False)
    visitor_phone: str | None = field(repr=False)
    plate: str | None = field(repr=False)
    valid_from: datetime
    valid_until: datetime
    max_entries: int
    entries: int
    state: VisitState
    code: str = field(repr=False)
    """Six digits to read aloud at the gate."""
    link_token: str = field(repr=False)
    """The unguessable end of the visitor's web link."""
    created_at: datetime
    kind: VisitKind = VisitKind.GUEST
    employee_id: EmployeeId | None = None
    series: Series | None = None
    day_entries: int = 0
    entries_on: date | None = None
    """The day of the series that `day_entries` counts."""
    closed: Hours | None = None
    """The site's black-out as it stood when the visit was announced: the terms that the visitor was given hold."""
    refusal: RefusalReason | None = None

    @property
    def is_active(self) -> bool:
        return self.state is VisitState.ACTIVE


@dataclass(frozen=True)
class Stretch:
    """A time in which a visit admits without a break: its whole window, a day of a series, what a black-out leaves."""

    start: datetime
    end: datetime
    opens_at: datetime
    """A little before `start`, but never within a black-out."""
    day: date
    """The local day on which it begins."""


class VisitFault(Enum):
    """Why a known visit does not open the gate now."""

    NOT_YET = "visit_not_yet"
    OVER = "visit_over"
    USED_UP = "visit_used_up"
    CANCELLED = "visit_cancelled"
    PENDING = "visit_pending"
    REFUSED = "visit_refused"
    WRONG_DAY = "visit_wrong_day"
    OUTSIDE_HOURS = "visit_outside_hours"
    DAY_USED_UP = "visit_day_used_up"
    CLOSED_HOURS = "visit_closed_hours"
