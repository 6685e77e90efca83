"""What happens by the clock happens once a tick, however many schedulers there are."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event

from backend.infrastructure.schedule import Schedule
from backend.infrastructure.unit_of_work import Database
from tests.integration.mechanisms.jobs import AddTenant, count
from workers import loops

HOURLY = Schedule("hourly", timedelta(hours=1), lambda now: AddTenant(now.isoformat()))


class OneRound(Event):
    """Lets a loop go round once."""

    def wait(self, timeout: float | None = None) -> bool:
        self.set()
        return True


def tick_at(database: Database, now: datetime) -> None:
    loops.tick(replace(database, clock=lambda: now), [HOURLY], OneRound())


def test_schedulers_that_run_at_once_promise_one_job_a_tick(database: Database) -> None:
    now = datetime(2026, 11, 22, 10, 20, tzinfo=UTC)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: tick_at(database, now + timedelta(seconds=n)), range(16)))
    assert count(database, "outbox_job") == 1
    tick_at(database, now + timedelta(hours=1))
    assert count(database, "outbox_job") == 2


def test_after_a_long_stop_one_tick_is_caught_up(database: Database) -> None:
    now = datetime(2026, 11, 22, 10, 20, tzinfo=UTC)
    tick_at(database, now)
    tick_at(database, now + timedelta(days=3))
    assert count(database, "outbox_job") == 2


def test_a_tick_falls_on_the_hour_that_its_offset_says() -> None:
    nightly = replace(HOURLY, every=timedelta(days=1), offset=timedelta(hours=19))
    assert nightly.tick_of(datetime(2026, 11, 22, 18, 59, tzinfo=UTC)) == datetime(2026, 11, 21, 19, tzinfo=UTC)
    assert nightly.tick_of(datetime(2026, 11, 22, 19, 0, tzinfo=UTC)) == datetime(2026, 11, 22, 19, tzinfo=UTC)
