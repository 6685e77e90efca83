"""Everything the guard sees of one gate, in eight queries however busy it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.features.devices.model import Direction
from backend.features.devices.rules import is_silent
from backend.features.devices.tables import DeviceRow
from backend.features.passages.model import PassageState
from backend.features.passages.tables import PassageRow
from backend.features.sites.tables import GateRow, SiteRow
from backend.infrastructure import presence
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import DeviceId, GateId, SiteId
from backend.kernel.jobs import Queue
from backend.pages.open_things import OpenThing, Urgency, gather, read_alarms, read_calls
from backend.pages.passage_cards import Barrier, PassageCard, card_query, read_cards

UNDECIDED = (PassageState.READING.value, PassageState.WAITING.value)
NOT_RECENT = (*UNDECIDED, PassageState.JOINED.value)
WAITING_SHOWN = 30
RECENT_SHOWN = 20
OWED_SHOWN = 5
STALE = timedelta(hours=12)
"""Whoever has not been decided for this long has left; the passage stays in the list of passages."""


OWED_FOR = timedelta(days=7)
"""A reason that nobody has given by then is asked for in the list of passages only."""


@dataclass(frozen=True)
class GateChoice:
    id: GateId
    name: str
    site_id: SiteId
    site_name: str
    waiting: int


@dataclass(frozen=True)
class Lane:
    device_id: DeviceId
    name: str
    direction: Direction
    silent: bool
    """Not heard of for minutes: a press would open nothing."""


@dataclass(frozen=True)
class GatePage:
    choices: Sequence[GateChoice]
    gate: GateChoice
    lanes: Sequence[Lane]
    waiting: Sequence[PassageCard]
    """Undecided, the longest waiting first: the order in which they stand at the barrier."""
    recent: Sequence[PassageCard]
    """Decided, newest first."""
    owed: Sequence[PassageCard]
    """Opened in an emergency, and nobody has said why, oldest first."""
    plates_are_read: bool
    """False while no recognition process with a working engine shows a sign of life: the guard reads for himself."""
    things: Sequence[OpenThing]
    """All that waits, calls and alarms of the whole site included, in the order in which it is to be done."""

    @property
    def first(self) -> OpenThing | None:
        """What to do now."""
        return self.things[0] if self.things else None

    @property
    def open_things(self) -> list[OpenThing]:
        """Those that show as cards; a reason that is owed has a button of its own."""
        return [thing for thing in self.things if thing.urgency is not Urgency.REVIEW]

    @property
    def awaits_barrier(self) -> bool:
        return any(card.barrier is Barrier.TOLD for card in self.recent)


def read_gate_page(session: Session, within: Scope, gate_id: UUID | None, now: datetime) -> GatePage:
    """The page of one gate, or of the first within reach. Raises NotFound."""
    choices = _choices(session, within, now)
    gate = next((choice for choice in choices if gate_id in (None, choice.id)), None)
    if gate is None:
        raise NotFound
    waiting, owed = _waiting(session, within, gate.id, now), _owed(session, within, gate.id, now)
    calls, alarms = read_calls(session, within, gate.site_id, now), read_alarms(session, within, gate.site_id)
    return GatePage(
        choices,
        gate,
        _lanes(session, within, gate.id, now),
        waiting,
        _recent(session, within, gate.id, now),
        owed,
        _plates_are_read(session),
        gather(waiting, owed, calls, alarms),
    )


def _choices(session: Session, within: Scope, now: datetime) -> list[GateChoice]:
    waiting = (
        select(func.count())
        .where(
            PassageRow.gate_id == GateRow.id,
            PassageRow.site_id.in_(within.sites),
            PassageRow.state.in_(UNDECIDED),
            PassageRow.created_at > now - STALE,
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(GateRow, SiteRow.name, waiting)
        .join(SiteRow, SiteRow.id == GateRow.site_id)
        .where(GateRow.site_id.in_(within.sites))
        .order_by(SiteRow.name, GateRow.bit)
    )
    return [GateChoice(GateId(gate.id), gate.name, SiteId(gate.site_id), site, count) for gate, site, count in rows]


def _lanes(session: Session, within: Scope, gate_id: GateId, now: datetime) -> list[Lane]:
    rows = session.scalars(
        select(DeviceRow)
        .where(
            DeviceRow.gate_id == gate_id,
            DeviceRow.site_id.in_(within.sites),
            DeviceRow.direction.is_not(None),
            DeviceRow.revoked_at.is_(None),
        )
        .order_by(DeviceRow.direction, DeviceRow.name)
    )
    return [Lane(DeviceId(r.id), r.name, Direction(r.direction), is_silent(r.last_seen_at, now)) for r in rows]


def _plates_are_read(session: Session) -> bool:
    at_work = presence.at_work(session, Queue.RECOGNITION.value)
    return any(engine["available"] for process in at_work for engine in process.engines)


def _waiting(session: Session, within: Scope, gate_id: GateId, now: datetime) -> Sequence[PassageCard]:
    query = _at(within, gate_id).where(PassageRow.state.in_(UNDECIDED), PassageRow.created_at > now - STALE)
    return read_cards(session, query.order_by(PassageRow.created_at, PassageRow.id).limit(WAITING_SHOWN), now)


def _recent(session: Session, within: Scope, gate_id: GateId, now: datetime) -> Sequence[PassageCard]:
    query = _at(within, gate_id).where(PassageRow.state.not_in(NOT_RECENT), PassageRow.created_at > now - STALE)
    newest = (PassageRow.created_at.desc(), PassageRow.id.desc())
    return read_cards(session, query.order_by(*newest).limit(RECENT_SHOWN), now)


def _owed(session: Session, within: Scope, gate_id: GateId, now: datetime) -> Sequence[PassageCard]:
    query = _at(within, gate_id).where(PassageRow.reason_owed, PassageRow.created_at > now - OWED_FOR)
    return read_cards(session, query.order_by(PassageRow.created_at, PassageRow.id).limit(OWED_SHOWN), now)


def _at(within: Scope, gate_id: GateId) -> Any:
    return card_query().where(PassageRow.gate_id == gate_id, PassageRow.site_id.in_(within.sites))
