"""Which visitors are inside, for how long and with whom: in six queries, however many came and went."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from backend.features.accounts.tables import StaffRow
from backend.features.devices.model import Direction
from backend.features.occupancy.model import Departure, Inside, Movement, Whereabouts
from backend.features.occupancy.rules import REMEMBERED, SAFE_FOR, due_out, follow, overstays, still_safe
from backend.features.occupancy.tables import DepartureRow, EvacuationTickRow
from backend.features.passages.model import PassageState
from backend.features.passages.tables import PassageRow
from backend.features.people.tables import VehicleRow
from backend.features.sites.tables import BuildingRow, GateRow, SiteRow
from backend.features.visits.tables import VisitRow
from backend.kernel.identity import Scope
from backend.kernel.ids import GateId, PassageId, SiteId, VisitId
from backend.pages.rooms import ROOM_LABEL, join_room, room_order

UNKNOWN_WITHIN = timedelta(hours=12)
_LIVES_HERE = exists().where(
    VehicleRow.site_id == PassageRow.site_id, VehicleRow.plate == PassageRow.plate, VehicleRow.active
)
"""A resident whose plate was read with doubt, let in by hand: known on the way out, and no visitor."""


@dataclass(frozen=True)
class Safe:
    at: datetime
    by: str | None = field(repr=False)


@dataclass(frozen=True)
class InsideCard:
    """A party as the guard knows it: name, host and plate, no numbers."""

    passage_id: PassageId
    site_id: SiteId
    site_name: str
    visit_id: UUID | None
    visitor_name: str | None = field(repr=False)
    building: str | None
    host_room: str | None
    plates: Sequence[str] = field(repr=False)
    on_foot: int
    gate_name: str
    since: datetime
    window_until: datetime | None
    overstays: bool
    safe: Safe | None


@dataclass(frozen=True)
class OccupancyPage:
    inside: Sequence[InsideCard]
    """By building, room and arrival; who visits nobody in particular comes last."""
    unknown_entries: int
    """Barriers opened by hand for nobody in particular, lately: people who are on no list."""

    @property
    def overstaying(self) -> Sequence[InsideCard]:
        return [card for card in self.inside if card.overstays]


def read_occupancy(session: Session, within: Scope, now: datetime) -> OccupancyPage:
    found = read_whereabouts(session, within, now - REMEMBERED, now).inside
    hosts = _hosts(session, within, [one.visit_id for one in found if one.visit_id])
    gates, ticks = _gates(session, within), _ticks(session, within, now)
    cards = [_card(one, hosts, gates, ticks.get(one.entry.passage_id), now) for one in found]
    order = {visit_id: place for place, visit_id in enumerate(hosts)}
    cards.sort(key=lambda card: (card.site_name, order.get(card.visit_id, len(order)), card.since))
    return OccupancyPage(cards, _unknown_entries(session, within, now))


def read_whereabouts(session: Session, within: Scope, since: datetime, until: datetime) -> Whereabouts:
    """The record of visitors between two instants, followed."""
    rows = session.execute(
        select(
            PassageRow.id,
            PassageRow.site_id,
            PassageRow.gate_id,
            PassageRow.occurred_at,
            PassageRow.direction,
            PassageRow.visit_id,
            PassageRow.plate,
        ).where(
            PassageRow.site_id.in_(within.sites),
            PassageRow.created_at > since,
            PassageRow.created_at <= until,
            PassageRow.state == PassageState.OPENED.value,
            PassageRow.vehicle_id.is_(None),
            or_(PassageRow.visit_id.is_not(None), ~_LIVES_HERE),
        )
    )
    return follow(map(_movement, rows), _departures(session, within, since))


def _movement(row: Any) -> Movement:
    entering = row.direction == Direction.ENTRY.value
    visit_id = None if row.visit_id is None else VisitId(row.visit_id)
    return Movement(
        PassageId(row.id), SiteId(row.site_id), GateId(row.gate_id), row.occurred_at, entering, visit_id, row.plate
    )


def _departures(session: Session, within: Scope, since: datetime) -> list[Departure]:
    rows = session.execute(
        select(DepartureRow.passage_id, DepartureRow.at).where(
            DepartureRow.site_id.in_(within.sites), DepartureRow.at > since
        )
    )
    return [Departure(PassageId(passage_id), at) for passage_id, at in rows]


def _hosts(session: Session, within: Scope, visit_ids: Sequence[UUID]) -> dict[UUID | None, Any]:
    """Each visit with its host's room, in the order of rooms."""
    query = select(VisitRow, BuildingRow.name.label("building"), ROOM_LABEL.label("room")).where(
        VisitRow.id.in_(visit_ids), VisitRow.site_id.in_(within.sites)
    )
    rows = session.execute(join_room(query, VisitRow.household_id).order_by(*room_order()))
    return {row.VisitRow.id: row for row in rows}


def _gates(session: Session, within: Scope) -> dict[UUID, Any]:
    query = select(GateRow.id, GateRow.name, SiteRow.name.label("site")).join(SiteRow, SiteRow.id == GateRow.site_id)
    return {row.id: row for row in session.execute(query.where(GateRow.site_id.in_(within.sites)))}


def _ticks(session: Session, within: Scope, now: datetime) -> dict[UUID, Any]:
    """The last tick of each party within the time that a tick holds."""
    query = (
        select(EvacuationTickRow.passage_id, EvacuationTickRow.safe, EvacuationTickRow.at, StaffRow.display_name)
        .outerjoin(StaffRow, StaffRow.id == EvacuationTickRow.marked_by)
        .where(EvacuationTickRow.site_id.in_(within.sites), EvacuationTickRow.received_at > now - 2 * SAFE_FOR)
        .order_by(EvacuationTickRow.at, EvacuationTickRow.id)
    )
    return {row.passage_id: row for row in session.execute(query)}


def _unknown_entries(session: Session, within: Scope, now: datetime) -> int:
    query = select(func.count()).where(
        PassageRow.site_id.in_(within.sites),
        PassageRow.created_at > now - UNKNOWN_WITHIN,
        PassageRow.direction == Direction.ENTRY.value,
        PassageRow.state == PassageState.OPENED.value,
        and_(PassageRow.visit_id.is_(None), PassageRow.vehicle_id.is_(None), PassageRow.plate.is_(None)),
        or_(PassageRow.hand_reason.is_not(None), PassageRow.reason_owed),
    )
    return session.execute(query).scalar_one()


def _card(one: Inside, hosts: dict[UUID | None, Any], gates: dict[UUID, Any], tick: Any, now: datetime) -> InsideCard:
    host, gate = hosts.get(one.visit_id), gates[one.entry.gate_id]
    until = due_out(host.VisitRow.valid_until, host.VisitRow.until_minute, one.since) if host else None
    safe = tick is not None and tick.safe and still_safe(tick.at, one.entry.at, now)
    return InsideCard(
        one.entry.passage_id,
        one.entry.site_id,
        gate.site,
        one.visit_id if host else None,
        host.VisitRow.visitor_name if host else None,
        host.building if host else None,
        host.room if host else None,
        one.plates,
        one.on_foot,
        gate.name,
        one.since,
        until,
        overstays(until, one.since, now),
        Safe(tick.at, tick.display_name) if safe else None,
    )
