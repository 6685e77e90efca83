from datetime import datetime, timedelta

from backend.features.devices.errors import ClockDrift, EventInFuture, EventTooOld
from backend.features.devices.model import EventHeader

MAX_DRIFT = timedelta(seconds=60)
REMEMBERED = timedelta(days=90)


def check_times(header: EventHeader, now: datetime) -> None:
    """A late event is welcome (the gate was offline); a wrong clock is not, since windows are judged by it.

    Raises ClockDrift, EventInFuture or EventTooOld.
    """
    drift = header.sent_at - now
    if abs(drift) > MAX_DRIFT:
        raise ClockDrift(server_time=now.isoformat(), drift_seconds=round(drift.total_seconds()))
    if header.occurred_at > header.sent_at + MAX_DRIFT:
        raise EventInFuture(server_time=now.isoformat())
    if header.occurred_at < now - REMEMBERED:
        raise EventTooOld(remembered_days=REMEMBERED.days)
