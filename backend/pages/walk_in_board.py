"""Who stands at the gate unannounced, whom it was asked of, and whose word came; one query a list."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from backend.features.accounts.tables import StaffRow
from backend.features.devices.model import Direction
from backend.features.devices.tables import DeviceRow
from backend.features.people.tables import PersonRow
from backend.features.residents.tables import BindingRow
from backend.features.visits.model import VisitKind
from backend.features.walk_ins.model import OPEN_STATES, Answerer, GuardReason, WalkInRefusal, WalkInState
from backend.features.walk_ins.rules import APPROVAL_LASTS, SHOWN_FOR
from backend.features.walk_ins.tables import BackupContactRow, WalkInRow
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.pages.rooms import ROOM_LABEL, join_room

MOST = 20
RECENT = timedelta(hours=12)
_OPEN = tuple(state.value for state in OPEN_STATES)


@dataclass(frozen=True)
class WalkInCard:
    id: UUID
    room: str
    lane: str
    name: str = field(repr=False)
    phone_tail: str | None = field(repr=False)
    plate: str | None = field(repr=False)
    kind: VisitKind
    state: WalkInState
    answer_by: datetime | None
    answerer: Answerer | None
    said_by: str | None = field(repr=False)
    """The resident, surname alone, or the guard: whose word it was."""
    answered_at: datetime | None
    reason: GuardReason | None
    refusal: WalkInRefusal | None
    created_at: datetime

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


@dataclass(frozen=True)
class LaneChoice:
    id: UUID
    name: str
    site_id: UUID


@dataclass(frozen=True)
class WalkInBoard:
    open: Sequence[WalkInCard]
    """Asked about, or approved and not yet let in; the longest waiting first."""
    recent: Sequence[WalkInCard]
    """Settled, the newest first."""


def read_board(session: Session, within: Scope, now: datetime) -> WalkInBoard:
    waits = WalkInRow.state.in_(_OPEN) & (WalkInRow.created_at > now - SHOWN_FOR)
    approved = (WalkInRow.state == WalkInState.APPROVED.value) & (WalkInRow.answered_at > now - APPROVAL_LASTS)
    settled = WalkInRow.state.not_in((*_OPEN, WalkInState.APPROVED.value)) & (WalkInRow.created_at > now - RECENT)
    at_gate = _cards(within).where(waits | approved).order_by(WalkInRow.created_at, WalkInRow.id)
    gone = _cards(within).where(settled).order_by(WalkInRow.created_at.desc(), WalkInRow.id.desc())
    return WalkInBoard(_read(session, at_gate.limit(MOST)), _read(session, gone.limit(MOST)))


def read_card(session: Session, within: Scope, walk_in_id: UUID) -> WalkInCard:
    """Raises NotFound."""
    found = _read(session, _cards(within).where(WalkInRow.id == walk_in_id))
    if not found:
        raise NotFound
    return found[0]


def count_open(session: Session, within: Scope, now: datetime) -> int:
    query = select(func.count()).where(
        WalkInRow.site_id.in_(within.sites), WalkInRow.state.in_(_OPEN), WalkInRow.created_at > now - SHOWN_FOR
    )
    return session.execute(query).scalar_one()


def entry_lanes(session: Session, within: Scope) -> list[LaneChoice]:
    rows = session.scalars(
        select(DeviceRow)
        .where(
            DeviceRow.site_id.in_(within.sites),
            DeviceRow.gate_id.is_not(None),
            DeviceRow.direction == Direction.ENTRY.value,
            DeviceRow.revoked_at.is_(None),
        )
        .order_by(DeviceRow.site_id, DeviceRow.name)
    )
    return [LaneChoice(row.id, row.name, row.site_id) for row in rows]


def _cards(within: Scope) -> Select[Any]:
    resident = (
        select(PersonRow.name)
        .join(BindingRow, BindingRow.person_id == PersonRow.id)
        .where(
            BindingRow.resident_id == WalkInRow.answered_by,
            BindingRow.site_id == WalkInRow.site_id,
            BindingRow.state == "approved",
        )
        .order_by(BindingRow.id)
        .limit(1)
        .correlate(WalkInRow)
        .scalar_subquery()
    )
    query = (
        select(
            WalkInRow,
            DeviceRow.name.label("lane"),
            ROOM_LABEL.label("room"),
            StaffRow.display_name.label("guard"),
            BackupContactRow.name.label("backup"),
            resident.label("resident"),
        )
        .join(DeviceRow, DeviceRow.id == WalkInRow.device_id)
        .outerjoin(StaffRow, StaffRow.id == WalkInRow.decided_by)
        .outerjoin(BackupContactRow, BackupContactRow.household_id == WalkInRow.household_id)
        .where(WalkInRow.site_id.in_(within.sites))
    )
    return join_room(query, WalkInRow.household_id)


def _read(session: Session, query: Select[Any]) -> list[WalkInCard]:
    return [_card(row) for row in session.execute(query.execution_options(populate_existing=True))]


def _card(row: Any) -> WalkInCard:
    walk_in: WalkInRow = row.WalkInRow
    answerer = None if walk_in.answerer is None else Answerer(walk_in.answerer)
    return WalkInCard(
        walk_in.id,
        row.room,
        row.lane,
        walk_in.name,
        walk_in.phone_tail,
        walk_in.plate,
        VisitKind(walk_in.kind),
        WalkInState(walk_in.state),
        walk_in.answer_by,
        answerer,
        _said_by(answerer, row),
        walk_in.answered_at,
        None if walk_in.reason is None else GuardReason(walk_in.reason),
        None if walk_in.refusal is None else WalkInRefusal(walk_in.refusal),
        walk_in.created_at,
    )


def _said_by(answerer: Answerer | None, row: Any) -> str | None:
    match answerer:
        case Answerer.GUARD:
            return str(row.guard) if row.guard else None
        case Answerer.HOST | Answerer.BACKUP:
            name = row.resident or row.backup
            return f"{name[:1]}**" if name else None
        case None:
            return None
