"""Where the record of entries does not add up: entries, exits, followers, doors; computed anew at each look."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.features.credentials.model import DoorAlarm
from backend.features.credentials.tables import DoorEventRow
from backend.features.devices.tables import DeviceRow
from backend.features.occupancy.model import Gap, GapKind, Sight
from backend.features.occupancy.rules import REMEMBERED, followers, without_exit
from backend.features.passages.model import Credential, PassageState
from backend.features.passages.tables import PassageRow
from backend.features.sites.tables import DoorRow, GateRow
from backend.features.visits.tables import VisitRow
from backend.kernel.clock import start_of_local_day
from backend.kernel.identity import Scope
from backend.kernel.ids import DeviceId, GateId, PassageId
from backend.kernel.paging import Cursor, Page, PageRequest, page_of
from backend.pages.occupancy_list import read_whereabouts

_BY_ALARM = {
    DoorAlarm.FORCED.value: GapKind.OPENED_ALONE,
    DoorAlarm.HELD_OPEN.value: GapKind.HELD_OPEN,
    DoorAlarm.TAILGATED.value: GapKind.TWO_AT_ONCE,
}
_UNDECIDED = frozenset({PassageState.READING.value, PassageState.WAITING.value})


@dataclass(frozen=True)
class GapFilter:
    first_on: date
    last_on: date
    """Both days count, in China."""
    kind: GapKind | None = None
    gate_id: UUID | None = None
    stay: timedelta = timedelta(hours=24)
    """How long somebody may be inside before a missing exit is a gap."""

    @property
    def span(self) -> tuple[datetime, datetime]:
        return start_of_local_day(self.first_on), start_of_local_day(self.last_on + timedelta(days=1))


@dataclass(frozen=True)
class GapCard:
    gap: Gap
    place: str
    visitor_name: str | None = field(repr=False)


@dataclass(frozen=True)
class HandShare:
    """How many of a gate's openings a person made."""

    gate_name: str
    opened: int
    by_hand: int

    @property
    def share_0_1(self) -> float:
        return self.by_hand / self.opened if self.opened else 0.0


@dataclass(frozen=True)
class GapPage:
    found: Page[GapCard]
    counts: dict[GapKind, int]
    """Of the days and the gate, whichever kind is asked for."""
    shares: Sequence[HandShare]


def read_gaps(session: Session, within: Scope, wanted: GapFilter, request: PageRequest, now: datetime) -> GapPage:
    start, end = wanted.span
    every = [
        gap
        for gap in _all(session, within, wanted, now)
        if start <= gap.at < end and wanted.gate_id in (None, gap.gate_id)
    ]
    counts = {kind: sum(gap.kind is kind for gap in every) for kind in GapKind}
    chosen = [gap for gap in every if wanted.kind in (None, gap.kind)]
    page = _page(sorted(chosen, key=lambda gap: (gap.at, gap.id), reverse=True), request)
    return GapPage(_with_places(session, within, page), counts, _shares(session, within, wanted))


def _all(session: Session, within: Scope, wanted: GapFilter, now: datetime) -> list[Gap]:
    start, end = wanted.span
    seen = read_whereabouts(session, within, start - REMEMBERED, now)
    walked = [*seen.gaps, *without_exit(seen.inside, wanted.stay, now)]
    return walked + followers(_sights(session, within, start, end), now) + _door_gaps(session, within, start, end)


def _sights(session: Session, within: Scope, start: datetime, end: datetime) -> list[Sight]:
    rows = session.execute(
        select(
            PassageRow.id,
            PassageRow.device_id,
            PassageRow.gate_id,
            PassageRow.occurred_at,
            PassageRow.state,
            PassageRow.decided_at,
            PassageRow.plate,
        )
        .where(
            PassageRow.site_id.in_(within.sites),
            PassageRow.created_at >= start,
            PassageRow.created_at < end,
            PassageRow.credential == Credential.PLATE.value,
            PassageRow.state != PassageState.JOINED.value,
        )
        .order_by(PassageRow.occurred_at, PassageRow.id)
    )
    return [_sight(row) for row in rows]


def _sight(row: Any) -> Sight:
    opened_at = row.decided_at if row.state == PassageState.OPENED.value else None
    place = (PassageId(row.id), DeviceId(row.device_id), GateId(row.gate_id))
    return Sight(*place, row.occurred_at, opened_at, row.state in _UNDECIDED, row.plate)


def _door_gaps(session: Session, within: Scope, start: datetime, end: datetime) -> list[Gap]:
    rows = session.execute(
        select(DoorEventRow.id, DoorEventRow.kind, DoorEventRow.occurred_at, DeviceRow.gate_id)
        .join(DeviceRow, DeviceRow.id == DoorEventRow.device_id)
        .where(
            DoorEventRow.site_id.in_(within.sites),
            DoorEventRow.kind.in_(_BY_ALARM),
            DoorEventRow.at >= start,
            DoorEventRow.occurred_at < end,
        )
    )
    return [Gap(_BY_ALARM[kind], event_id, at, gate_id) for event_id, kind, at, gate_id in rows]


def _page(gaps: Sequence[Gap], request: PageRequest) -> Page[Gap]:
    """Newest first; the cursor names the last gap that was shown."""
    after = request.after
    rest = gaps if after is None else [gap for gap in gaps if (gap.at, gap.id) < (after.at, after.id)]
    return page_of(rest[: request.limit + 1], request, lambda gap: Cursor(gap.at, gap.id))


def _with_places(session: Session, within: Scope, page: Page[Gap]) -> Page[GapCard]:
    names = _visitors(session, within, [gap.visit_id for gap in page.items if gap.visit_id])
    places = _gate_names(session, within) | _door_names(session, within, [gap.id for gap in page.items])
    return page.map(lambda gap: GapCard(gap, _place(gap, places), names.get(gap.visit_id) if gap.visit_id else None))


def _place(gap: Gap, places: dict[UUID, str]) -> str:
    return places.get(gap.id) or (places.get(gap.gate_id, "") if gap.gate_id else "")


def _visitors(session: Session, within: Scope, ids: Iterable[UUID]) -> dict[UUID, str]:
    rows = session.execute(
        select(VisitRow.id, VisitRow.visitor_name).where(VisitRow.id.in_(ids), VisitRow.site_id.in_(within.sites))
    )
    return dict(rows.tuples().all())


def _gate_names(session: Session, within: Scope) -> dict[UUID, str]:
    rows = session.execute(select(GateRow.id, GateRow.name).where(GateRow.site_id.in_(within.sites)))
    return dict(rows.tuples().all())


def _door_names(session: Session, within: Scope, events: Iterable[UUID]) -> dict[UUID, str]:
    rows = session.execute(
        select(DoorEventRow.id, func.coalesce(DoorRow.name, GateRow.name, DeviceRow.name))
        .join(DeviceRow, DeviceRow.id == DoorEventRow.device_id)
        .outerjoin(DoorRow, DoorRow.id == DeviceRow.door_id)
        .outerjoin(GateRow, GateRow.id == DeviceRow.gate_id)
        .where(DoorEventRow.id.in_(events), DoorEventRow.site_id.in_(within.sites))
    )
    return dict(rows.tuples().all())


def _shares(session: Session, within: Scope, wanted: GapFilter) -> list[HandShare]:
    start, end = wanted.span
    by_hand = func.count().filter(PassageRow.hand_reason.is_not(None) | PassageRow.reason_owed)
    query = (
        select(GateRow.name, func.count(), by_hand)
        .join(GateRow, GateRow.id == PassageRow.gate_id)
        .where(
            PassageRow.site_id.in_(within.sites),
            PassageRow.created_at >= start,
            PassageRow.created_at < end,
            PassageRow.state == PassageState.OPENED.value,
        )
        .group_by(GateRow.id, GateRow.name, GateRow.bit)
        .order_by(GateRow.bit, GateRow.name)
    )
    if wanted.gate_id is not None:
        query = query.where(PassageRow.gate_id == wanted.gate_id)
    return [HandShare(name, opened, hand) for name, opened, hand in session.execute(query)]
