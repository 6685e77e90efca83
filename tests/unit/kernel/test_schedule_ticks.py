from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.features.passages.jobs import RecognisePlate
from backend.infrastructure.schedule import Schedule
from backend.kernel.ids import CaptureId, uuid7

instants = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds the zone
periods = st.sampled_from([timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)])
offsets = st.integers(0, 86_399).map(lambda seconds: timedelta(seconds=seconds))


def schedule(every: timedelta, offset: timedelta = timedelta()) -> Schedule:
    return Schedule("any", every, lambda now: RecognisePlate(CaptureId(uuid7()), now), offset)


@given(instants, periods, offsets)
def test_the_tick_is_the_last_one_due_and_less_than_a_period_ago(
    now: datetime, every: timedelta, offset: timedelta
) -> None:
    tick = schedule(every, offset).tick_of(now)
    assert tick <= now < tick + every


@given(instants, periods, offsets)
def test_within_a_period_there_is_one_tick(now: datetime, every: timedelta, offset: timedelta) -> None:
    plan = schedule(every, offset)
    tick = plan.tick_of(now)
    assert {plan.tick_of(tick), plan.tick_of(tick + every - timedelta(seconds=1))} == {tick}
    assert plan.tick_of(tick + every) == tick + every


def test_three_in_the_morning_in_china_is_nineteen_hours_utc() -> None:
    nightly = schedule(timedelta(days=1), timedelta(hours=19))
    assert nightly.tick_of(datetime(2026, 11, 22, 19, tzinfo=UTC)) == datetime(2026, 11, 22, 19, tzinfo=UTC)
    assert nightly.tick_of(datetime(2026, 11, 22, 18, 59, 59, tzinfo=UTC)) == datetime(2026, 11, 21, 19, tzinfo=UTC)
