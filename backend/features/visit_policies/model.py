from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from backend.kernel.hours import EVERY_DAY, Hours


class Approval(Enum):
    """When a visit waits for the property's, or the school's, word."""

    NEVER = "never"
    OUTSIDE_HOURS = "outside_hours"
    ALWAYS = "always"


class Ringing(Enum):
    """What the guard's page shows of a host's number when a visitor wants to ring."""

    WHOLE = "whole"
    MASKED = "masked"
    """The link dials; the page shows a few digits."""
    OFF = "off"
    """Nobody is rung from the gate."""


DAYTIME = Hours(EVERY_DAY, 7 * 60, 22 * 60)


@dataclass(frozen=True)
class VisitPolicy:
    """A site's own rules for visitors; these values until somebody decides others."""

    approval: Approval = Approval.NEVER
    free_hours: Hours = DAYTIME
    """Within these no approval is asked for, where it is asked for outside of hours only."""
    closed_hours: Hours | None = None
    """Black-out: whoever comes then is the guard's to decide, announced or not."""
    open_visits: int = 20
    """A household's at once."""
    visits_a_day: int = 50
    """A household's announcements of one local day, cancelled ones included."""
    longest_window_days: int = 7
    longest_series_days: int = 180
    courier_minutes: int = 30
    """How long a timed pass lasts at most."""
    answer_seconds: int = 60
    """How long the guard's question waits for a host, and then for the backup contact."""
    ringing: Ringing = Ringing.MASKED


@dataclass(frozen=True)
class DecidedPolicy:
    """The newest decision of a site; without one, the platform's own values."""

    policy: VisitPolicy
    decided_by: UUID | None = None
    at: datetime | None = None
