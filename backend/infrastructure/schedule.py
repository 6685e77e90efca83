"""What happens by the clock: one row for each tick, so that two schedulers promise one job.

RQ's own scheduler keeps ticks in Redis and may repeat or lose them (see the reliability notes).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import PrimaryKeyConstraint, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from backend.infrastructure.database import Row
from backend.infrastructure.inserting import insert_if_absent
from backend.kernel.jobs import Job


class ScheduleTickRow(Row):
    __tablename__ = "schedule_tick"
    __table_args__ = (PrimaryKeyConstraint("name", "tick"),)

    name: Mapped[str] = mapped_column(Text)
    tick: Mapped[datetime]


@dataclass(frozen=True)
class Schedule:
    """Every `every` since the epoch plus `offset`, both in UTC: 19:00 UTC is 03:00 in China."""

    name: str
    every: timedelta
    make: Callable[[datetime], Job]
    offset: timedelta = timedelta()

    def tick_of(self, now: datetime) -> datetime:
        """The last tick that is due: after a long stop one tick is caught up, not all of them."""
        step = self.every.total_seconds()
        since = (now - self.offset).timestamp()
        return datetime.fromtimestamp(since // step * step, UTC) + self.offset


def take_tick(session: Session, schedule: Schedule, now: datetime) -> bool:
    """True for whoever inserts the tick first."""
    row = {"name": schedule.name, "tick": schedule.tick_of(now)}
    return insert_if_absent(session, ScheduleTickRow, row)
