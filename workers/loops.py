"""The small loops of the background process. Their state is in the database: each may be killed at any time."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from backend.infrastructure import feed, outbox
from backend.infrastructure.listen import listening
from backend.infrastructure.outbox.reconcile import repair
from backend.infrastructure.schedule import Schedule, take_tick
from backend.infrastructure.unit_of_work import Database

log = structlog.get_logger()

RECONCILE_EVERY = timedelta(seconds=1)
TICK_EVERY = timedelta(seconds=5)
SEQUENCE_AT_LEAST_EVERY_SECONDS = 1.0


def reconcile(database: Database, stopping: threading.Event) -> None:
    def once() -> None:
        with database.sessions.begin() as session:
            repairs = repair(session)
        if repairs:
            log.info("reconciled", lost=repairs.lost_leases, unhinted=repairs.lost_hints, expired=repairs.expired)

    _every(RECONCILE_EVERY, once, stopping)


def tick(database: Database, schedules: Sequence[Schedule], stopping: threading.Event) -> None:
    def once() -> None:
        for schedule in schedules:
            with database.sessions.begin() as session:
                now = database.clock()
                if take_tick(session, schedule, now):
                    outbox.promise(session, schedule.make(now), now)

    _every(TICK_EVERY, once, stopping)


def _every(period: timedelta, once: Callable[[], None], stopping: threading.Event) -> None:
    while not stopping.is_set():
        try:
            once()
        except SQLAlchemyError as failure:
            log.warning("loop waits", loop=once.__qualname__.split(".")[0], error=type(failure).__name__)
        stopping.wait(period.total_seconds())


def sequence(database: Database, stopping: threading.Event) -> None:
    """Gives feed rows their positions as soon as they are visible."""
    while not stopping.is_set():
        try:
            with listening(database, [feed.UNSEQUENCED]) as listener:
                while not stopping.is_set():
                    with database.sessions.begin() as session:
                        feed.assign_positions(session)
                    listener.wait(SEQUENCE_AT_LEAST_EVERY_SECONDS)
        except (psycopg.Error, SQLAlchemyError, OSError) as failure:
            log.warning("sequencer waits", error=type(failure).__name__)
            stopping.wait(1.0)
