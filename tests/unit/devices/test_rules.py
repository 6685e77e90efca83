from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from backend.features.devices.errors import ClockDrift, EventInFuture, EventTooOld
from backend.features.devices.model import EventHeader
from backend.features.devices.rules import MAX_DRIFT, REMEMBERED, check_times
from backend.kernel.errors import Refusal

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def header(occurred_at: datetime = NOW, sent_at: datetime = NOW) -> EventHeader:
    return EventHeader(UUID(int=1), UUID(int=2), 0, occurred_at, sent_at, "capture")


@pytest.mark.parametrize("sent_at", [NOW - MAX_DRIFT, NOW, NOW + MAX_DRIFT])
def test_a_clock_may_be_off_by_a_minute_either_way(sent_at: datetime) -> None:
    check_times(header(sent_at=sent_at, occurred_at=sent_at), NOW)


@pytest.mark.parametrize(("drift", "told"), [(MAX_DRIFT + TICK, 60), (timedelta(hours=8), 28800)])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_clock_that_is_further_off_is_told_by_how_much_and_what_time_it_is(
    drift: timedelta, told: int, sign: int
) -> None:
    with pytest.raises(ClockDrift) as refused:
        check_times(header(sent_at=NOW + sign * drift), NOW)
    assert refused.value.facts == {"server_time": NOW.isoformat(), "drift_seconds": sign * told}


def test_an_offline_gate_may_report_for_ninety_days() -> None:
    check_times(header(occurred_at=NOW - REMEMBERED), NOW)
    with pytest.raises(EventTooOld):
        check_times(header(occurred_at=NOW - REMEMBERED - TICK), NOW)


def test_an_event_happened_before_it_was_sent_give_or_take_a_minute() -> None:
    check_times(header(occurred_at=NOW + MAX_DRIFT), NOW)
    with pytest.raises(EventInFuture):
        check_times(header(occurred_at=NOW + MAX_DRIFT + TICK), NOW)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"])
def test_the_ends_of_the_calendar_are_refused_without_breaking(text: str) -> None:
    at = datetime.fromisoformat(text)
    for bad in (header(occurred_at=at), header(sent_at=at)):
        with pytest.raises(Refusal):
            check_times(bad, NOW)
