"""What waits for the guard of a gate, of whatever kind, in one list and one order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from backend.features.credentials.model import DoorAlarm
from backend.features.credentials.tables import DoorEventRow
from backend.features.devices.tables import DeviceRow
from backend.features.intercom.model import CallState, RingState, Way
from backend.features.intercom.tables import IntercomCallRow, IntercomRingRow
from backend.features.sites.tables import DoorRow, GateRow
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import SiteId
from backend.pages.passage_cards import PassageCard
from backend.pages.rooms import ROOM_LABEL, join_room

CALLS_SHOWN = 20
ALARMS_SHOWN = 20
CALL_STALE = timedelta(hours=2)
"""Whoever rang in vain that long ago has left; the call stays in the household's log."""
_PLACE = func.coalesce(DoorRow.name, GateRow.name, DeviceRow.name)


class Urgency(IntEnum):
    PERSON = 0
    """Somebody stands outside."""
    ALARM = 1
    REVIEW = 2
    """Something is owed on paper: nobody waits for it."""


@dataclass(frozen=True)
class CallLine:
    """A call that the household did not answer, or could not."""

    id: UUID
    place: str
    room: str | None
    since: datetime
    has_picture: bool
    rung_up: bool
    """No message reached the household: its telephone was called."""
    reached: bool
    trying: bool
    """Somebody is being told at this moment."""


@dataclass(frozen=True)
class OpenAlarm:
    id: UUID
    place: str
    alarm: DoorAlarm
    since: datetime


@dataclass(frozen=True)
class OpenThing:
    """Exactly one of the three is set."""

    urgency: Urgency
    since: datetime
    passage: PassageCard | None = None
    call: CallLine | None = None
    alarm: OpenAlarm | None = None

    @property
    def id(self) -> UUID:
        found = self.passage or self.call or self.alarm
        if found is None:
            raise ValueError("an open thing is a passage, a call or an alarm")
        return found.id


def in_order(things: Iterable[OpenThing]) -> list[OpenThing]:
    """A person who waits before an alarm, an alarm before paper; among each the oldest first."""
    return sorted(things, key=lambda thing: (thing.urgency, thing.since, thing.id))


def gather(
    waiting: Sequence[PassageCard], owed: Sequence[PassageCard], calls: Sequence[CallLine], alarms: Sequence[OpenAlarm]
) -> list[OpenThing]:
    return in_order(
        [
            *(OpenThing(Urgency.PERSON, card.created_at, passage=card) for card in waiting),
            *(OpenThing(Urgency.PERSON, call.since, call=call) for call in calls),
            *(OpenThing(Urgency.ALARM, alarm.since, alarm=alarm) for alarm in alarms),
            *(OpenThing(Urgency.REVIEW, card.created_at, passage=card) for card in owed),
        ]
    )


def read_calls(session: Session, within: Scope, site_id: SiteId, now: datetime) -> list[CallLine]:
    """The calls of the site that the guard is asked to see to, the oldest first."""
    query = _calls(within).where(IntercomCallRow.site_id == site_id, _awaits_guard(now))
    oldest = query.order_by(IntercomCallRow.started_at, IntercomCallRow.id).limit(CALLS_SHOWN)
    return [_line(row) for row in session.execute(oldest)]


def read_call(session: Session, within: Scope, call_id: UUID, now: datetime) -> CallLine:
    """One that still waits for the guard. Raises NotFound."""
    row = session.execute(_calls(within).where(IntercomCallRow.id == call_id, _awaits_guard(now))).one_or_none()
    if row is None:
        raise NotFound
    return _line(row)


def _awaits_guard(now: datetime) -> Any:
    """As `intercom.rules.awaits_guard`, whether or not a worker has written the end down."""
    over = and_(
        IntercomCallRow.state.in_([CallState.RINGING.value, CallState.ANSWERED.value]), IntercomCallRow.ends_at <= now
    )
    asked = and_(IntercomCallRow.state == CallState.RINGING.value, IntercomCallRow.guard_from <= now)
    missed = IntercomCallRow.state == CallState.MISSED.value
    return and_(IntercomCallRow.started_at > now - CALL_STALE, or_(over, asked, missed))


def _calls(within: Scope) -> Select[Any]:
    phones = select(func.count()).where(
        IntercomRingRow.call_id == IntercomCallRow.id, IntercomRingRow.way == Way.PHONE.value
    )
    reached, trying = (
        select(func.count()).where(IntercomRingRow.call_id == IntercomCallRow.id, IntercomRingRow.state == state.value)
        for state in (RingState.ACCEPTED, RingState.PROMISED)
    )
    query = (
        select(
            IntercomCallRow,
            _PLACE.label("place"),
            ROOM_LABEL.label("room"),
            phones.scalar_subquery().label("phones"),
            reached.scalar_subquery().label("reached"),
            trying.scalar_subquery().label("trying"),
        )
        .join(DeviceRow, DeviceRow.id == IntercomCallRow.device_id)
        .outerjoin(DoorRow, DoorRow.id == DeviceRow.door_id)
        .outerjoin(GateRow, GateRow.id == DeviceRow.gate_id)
        .where(IntercomCallRow.site_id.in_(within.sites))
    )
    return join_room(query, IntercomCallRow.household_id)


def _line(row: Any) -> CallLine:
    call: IntercomCallRow = row.IntercomCallRow
    return CallLine(
        call.id,
        row.place,
        row.room,
        call.started_at,
        call.media_id is not None,
        row.phones > 0,
        row.reached > 0,
        row.trying > 0 and call.state == CallState.RINGING.value,
    )


def read_alarms(session: Session, within: Scope, site_id: SiteId) -> list[OpenAlarm]:
    """Doors that were forced or stand open, and nobody has looked; the oldest first."""
    query = (
        select(DoorEventRow, _PLACE)
        .join(DeviceRow, DeviceRow.id == DoorEventRow.device_id)
        .outerjoin(DoorRow, DoorRow.id == DeviceRow.door_id)
        .outerjoin(GateRow, GateRow.id == DeviceRow.gate_id)
        .where(
            DoorEventRow.site_id == site_id,
            DoorEventRow.site_id.in_(within.sites),
            DoorEventRow.kind.in_([alarm.value for alarm in DoorAlarm]),
            DoorEventRow.acknowledged_at.is_(None),
        )
        .order_by(DoorEventRow.at, DoorEventRow.id)
        .limit(ALARMS_SHOWN)
    )
    return [OpenAlarm(row.id, place, DoorAlarm(row.kind), row.at) for row, place in session.execute(query)]
