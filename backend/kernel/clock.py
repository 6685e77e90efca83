"""Instants are aware and UTC; local days exist only where a rule or a reader needs them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LOCAL_ZONE = ZoneInfo("Asia/Shanghai")

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def local_day(instant: datetime) -> date:
    """The calendar day in China on which an aware instant falls."""
    return instant.astimezone(LOCAL_ZONE).date()


def local_text(instant: datetime) -> str:
    """`11月22日 18:05`, the form that notices and pages show."""
    there = instant.astimezone(LOCAL_ZONE)
    return f"{there.month}月{there.day}日 {there:%H:%M}"


def start_of_local_day(day: date) -> datetime:
    return datetime.combine(day, time.min, LOCAL_ZONE).astimezone(UTC)
