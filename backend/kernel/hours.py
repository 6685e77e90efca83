"""Weekly hours on the local clock (Asia/Shanghai): when a carer comes, when a gate keeps to itself. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from backend.kernel.clock import local_day, start_of_local_day

EVERY_DAY = frozenset(range(1, 8))
DAY_MINUTES = 24 * 60
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Hours:
    """On each of `weekdays` (ISO, Monday is 1) from one minute of the day until another.

    An end that is not after the begin is on the following day: 22:00 to 06:00 is a night, 00:00 to 00:00 a whole day.
    """

    weekdays: frozenset[int]
    from_minute: int
    until_minute: int
    """Exclusive; 0 to 1440."""

    def on(self, day: date) -> tuple[datetime, datetime] | None:
        """Begin and end of the hours that begin on this local day."""
        if day.isoweekday() not in self.weekdays:
            return None
        midnight = start_of_local_day(day)
        return midnight + timedelta(minutes=self.from_minute), midnight + timedelta(minutes=self.end_minute)

    @property
    def end_minute(self) -> int:
        """Counted from the midnight before the begin: beyond 1440 for what ends on the next day."""
        return self.until_minute + (DAY_MINUTES if self.until_minute <= self.from_minute else 0)

    def holds(self, start: datetime, end: datetime) -> bool:
        """Whether one stretch of these hours has all of it."""
        days = (local_day(start) - ONE_DAY, local_day(start))
        return any(begin <= start and end <= stop for begin, stop in filter(None, map(self.on, days)))


def bits_of(weekdays: Iterable[int]) -> int:
    """As a column keeps them: bit 0 is Monday."""
    return sum(1 << (day - 1) for day in weekdays)


def weekdays_of(bits: int) -> frozenset[int]:
    return frozenset(day for day in EVERY_DAY if bits >> (day - 1) & 1)


def minute_text(minute: int) -> str:
    """`08:30`; 24:00 for the end of the day."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def minute_of(text: str) -> int:
    """The reverse of `minute_text`. Raises ValueError."""
    hour, colon, minute = text.partition(":")
    if not (colon and hour.isascii() and hour.isdecimal() and minute.isascii() and minute.isdecimal()):
        raise ValueError(text)
    total = int(hour) * 60 + int(minute)
    if len(minute) != 2 or int(minute) >= 60 or total > DAY_MINUTES:
        raise ValueError(text)
    return total
