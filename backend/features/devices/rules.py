from datetime import datetime, timedelta

from backend.features.devices.errors import ClockDrift, EventInFuture, EventTooOld
from backend.features.devices.model import EventHeader

MAX_DRIFT = timedelta(seconds=60)
REMEMBERED = timedelta(days=90)
SILENT_AFTER = timedelta(minutes=3)
"""A terminal asks for commands every half minute at least, and its sign of life is written once a minute."""


def is_silent(last_seen_at: datetime | None, now: datetime) -> bool:
    """Whether a device that was heard of before must be taken for cut off: it would not hear a command."""
    return last_seen_at is not None and now - last_seen_at > SILENT_AFTER


def check_times(header: EventHeader, now: datetime) -> None:
    """A late event is welcome (the gate was offline); a wrong clock is not, since windows are judged by it.

    Raises ClockDrift, EventInFuture or EventTooOld.
    """
    check_drift(header.sent_at, now)
    if header.occurred_at > header.sent_at + MAX_DRIFT:
        raise EventInFuture(server_time=now.isoformat())
    if header.occurred_at < now - REMEMBERED:
        raise EventTooOld(remembered_days=REMEMBERED.days)


def check_drift(sent_at: datetime, now: datetime) -> None:
    """Raises ClockDrift: the device sets its clock and sends again."""
    drift = sent_at - now
    if abs(drift) > MAX_DRIFT:
        raise ClockDrift(server_time=now.isoformat(), drift_seconds=round(drift.total_seconds()))
