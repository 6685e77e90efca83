"""Which processes are at work, and which engines they have: each says so every few seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Text, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from backend.infrastructure.database import Row

SAY_EVERY = timedelta(seconds=10)
ABSENT_AFTER = timedelta(seconds=35)
"""Three silences and some: one may be lost to a restart of the database."""
_FORGOTTEN_AFTER = timedelta(days=1)


class ProcessRow(Row):
    """A place is a role on a machine, in one pool: its next process takes the row over."""

    __tablename__ = "process"

    place: Mapped[str] = mapped_column(Text, primary_key=True)
    role: Mapped[str] = mapped_column(Text)
    engines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    seen_at: Mapped[datetime]


@dataclass(frozen=True)
class Presence:
    """`engines` as `recognition.contracts.EngineState` names them."""

    place: str
    role: str
    engines: list[dict[str, Any]]
    silent: timedelta

    @property
    def at_work(self) -> bool:
        return self.silent < ABSENT_AFTER


# A lost sign is followed by the next one: its commit need not wait for the disk.
_HASTE = text("SET LOCAL synchronous_commit TO off")
_SAY = text(
    """
    INSERT INTO process (place, role, engines, seen_at) VALUES (:place, :role, :engines, clock_timestamp())
    ON CONFLICT (place) DO UPDATE SET engines = excluded.engines, seen_at = excluded.seen_at
    """
).bindparams(bindparam("engines", type_=JSONB))
_FORGET = text("DELETE FROM process WHERE seen_at < clock_timestamp() - CAST(:term AS interval)")
_LIST = text("SELECT place, role, engines, clock_timestamp() - seen_at AS silent FROM process ORDER BY role, place")


def say(session: Session, place: str, role: str, engines: Sequence[dict[str, Any]]) -> None:
    session.execute(_HASTE)
    session.execute(_SAY, {"place": place, "role": role, "engines": list(engines)})
    session.execute(_FORGET, {"term": _FORGOTTEN_AFTER})


def list_processes(session: Session) -> list[Presence]:
    """Every process of the last day, by the database's clock."""
    return [Presence(**row._mapping) for row in session.execute(_LIST)]


def at_work(session: Session, role: str) -> list[Presence]:
    return [one for one in list_processes(session) if one.role == role and one.at_work]
