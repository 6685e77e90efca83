"""When a session at the desk ends, and how shifts are written."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from backend.features.desk.errors import ShiftsInvalid
from backend.kernel.clock import LOCAL_ZONE

DEFAULT_SHIFTS = (8, 20)
MOST_SHIFTS = 6
GRACE = timedelta(minutes=15)
"""Whoever hands over late is not thrown out in the middle of a sentence."""


def parse_shifts(typed: str) -> tuple[int, ...]:
    """`8 20` and `8，20` alike, ascending. Raises ShiftsInvalid unless it is one to six different hours of a day."""
    parts = typed.replace("，", " ").replace(",", " ").replace("、", " ").split()
    if not all(part.isascii() and part.isdigit() and len(part) <= 2 for part in parts):
        raise ShiftsInvalid
    hours = sorted({int(part) for part in parts})
    if not 1 <= len(hours) <= MOST_SHIFTS or len(hours) != len(parts) or hours[-1] > 23:
        raise ShiftsInvalid
    return tuple(hours)


def session_end(now: datetime, shift_starts: Sequence[int]) -> datetime:
    """A quarter of an hour after the next shift begins; who comes as early as that has the whole next shift."""
    here = now.astimezone(LOCAL_ZONE)
    today = [here.replace(hour=hour, minute=0, second=0, microsecond=0) for hour in shift_starts]
    starts = [start + timedelta(days=day) for start in today for day in (0, 1, 2)]
    return min(start for start in starts if start > here + GRACE).astimezone(UTC) + GRACE
