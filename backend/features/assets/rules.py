"""When an asset's next check is due."""

from datetime import date, timedelta
from enum import Enum

from backend.features.assets.errors import CheckInFuture
from backend.features.assets.model import Asset

DUE_WARNING = timedelta(days=14)


class Due(Enum):
    NEVER = "never"
    """Retired, or without an interval."""
    LATER = "later"
    SOON = "soon"
    OVERDUE = "overdue"


def due_of(asset: Asset, today: date) -> Due:
    """What has an interval and was never checked is overdue."""
    if asset.fields.retired or asset.fields.check_interval_days is None:
        return Due.NEVER
    if asset.next_due_on is None or asset.next_due_on < today:
        return Due.OVERDUE
    return Due.SOON if asset.next_due_on <= today + DUE_WARNING else Due.LATER


def check_day(checked_on: date | None, today: date) -> None:
    """Raises CheckInFuture."""
    if checked_on is not None and checked_on > today:
        raise CheckInFuture
