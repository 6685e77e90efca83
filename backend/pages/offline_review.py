"""Gates without a network: which list each terminal holds, and what of its own decisions a person has to look at."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from backend.features.accounts.tables import StaffRow
from backend.features.credentials.tables import CredentialRow
from backend.features.devices.model import Direction
from backend.features.devices.tables import DeviceRow
from backend.features.gate_lists.model import AckReason, FindingKind, OfflineCredential
from backend.features.gate_lists.tables import (
    GateListIssueRow,
    GateTerminalRow,
    OfflineDecisionRow,
    OfflineFindingRow,
)
from backend.features.passages.model import PassageState
from backend.features.passages.tables import PassageRow
from backend.features.people.tables import VehicleRow
from backend.features.sites.tables import DoorRow, GateRow
from backend.features.visits.tables import VisitRow
from backend.kernel.identity import Scope
from backend.kernel.paging import Cursor, Page, PageRequest, page_of
from backend.pages.rooms import ROOM_LABEL, join_room

_PLACE = func.coalesce(DoorRow.name, GateRow.name, DeviceRow.name)
LATELY = timedelta(days=1)


@dataclass(frozen=True)
class TerminalLine:
    """A terminal that can decide alone, and what it says it holds."""

    place: str
    device: str
    version: int
    held_version: int | None
    held_at: datetime | None
    held_until: datetime | None
    decisions: int
    """That it reported within LATELY."""

    @property
    def is_confirmed(self) -> bool:
        """It holds the newest list."""
        return self.version > 0 and self.held_version == self.version


@dataclass(frozen=True)
class Use:
    """One time that a visit's pass let somebody in."""

    gate: str
    at: datetime


@dataclass(frozen=True)
class FindingLine:
    id: UUID
    kind: FindingKind
    place: str
    device: str
    fault: str | None
    found_at: datetime
    from_counter: int | None
    to_counter: int | None
    credential: OfflineCredential | None
    occurred_at: datetime | None
    list_version: int | None
    visitor_name: str | None = field(repr=False)
    host_room: str | None
    plate: str | None = field(repr=False)
    card_tail: str | None = field(repr=False)
    closed_at: datetime | None
    closed_by: str | None
    ack_reason: AckReason | None
    uses: Sequence[Use]
    """Of a visit that was used too often: every entry, oldest first."""


@dataclass(frozen=True)
class FindingFilter:
    kind: FindingKind | None = None
    closed: bool = False


def list_terminals(session: Session, within: Scope, now: datetime) -> list[TerminalLine]:
    decided = (
        select(func.count())
        .where(
            OfflineDecisionRow.device_id == GateTerminalRow.device_id,
            OfflineDecisionRow.site_id.in_(within.sites),
            OfflineDecisionRow.received_at > now - LATELY,
        )
        .scalar_subquery()
    )
    held = (GateListIssueRow.device_id == GateTerminalRow.device_id) & (
        GateListIssueRow.version == GateTerminalRow.held_version
    )
    terminal = GateTerminalRow
    columns = (terminal.version, terminal.held_version, terminal.held_at, GateListIssueRow.expires_at, decided)
    query = (
        select(_PLACE, DeviceRow.name, *columns)
        .join(DeviceRow, DeviceRow.id == terminal.device_id)
        .outerjoin(DoorRow, DoorRow.id == DeviceRow.door_id)
        .outerjoin(GateRow, GateRow.id == DeviceRow.gate_id)
        .outerjoin(GateListIssueRow, held)
        .where(terminal.site_id.in_(within.sites), DeviceRow.revoked_at.is_(None))
        .order_by(terminal.site_id, _PLACE, DeviceRow.name)
    )
    return [TerminalLine(*row) for row in session.execute(query)]


def count_open(session: Session, within: Scope) -> int:
    here = (OfflineFindingRow.site_id.in_(within.sites), OfflineFindingRow.closed_at.is_(None))
    return session.scalars(select(func.count()).where(*here)).one()


def list_findings(session: Session, within: Scope, wanted: FindingFilter, request: PageRequest) -> Page[FindingLine]:
    """The newest first."""
    query = _findings(within)
    closed = OfflineFindingRow.closed_at
    query = query.where(closed.is_not(None) if wanted.closed else closed.is_(None))
    if wanted.kind is not None:
        query = query.where(OfflineFindingRow.kind == wanted.kind.value)
    if request.after is not None:
        query = query.where(OfflineFindingRow.id < request.after.id)
    rows = session.execute(query.order_by(OfflineFindingRow.id.desc()).limit(request.limit + 1)).all()
    uses = _uses(session, within, rows)
    return page_of([_line(row, uses) for row in rows], request, lambda line: Cursor(line.found_at, line.id))


def _findings(within: Scope) -> Select[Any]:
    decision = OfflineDecisionRow
    query = (
        select(
            OfflineFindingRow,
            decision,
            _PLACE.label("place"),
            DeviceRow.name.label("device"),
            VisitRow.visitor_name.label("visitor_name"),
            ROOM_LABEL.label("room"),
            VehicleRow.plate.label("plate"),
            CredentialRow.tail.label("tail"),
            StaffRow.display_name.label("closed_by"),
        )
        .join(DeviceRow, DeviceRow.id == OfflineFindingRow.device_id)
        .outerjoin(DoorRow, DoorRow.id == DeviceRow.door_id)
        .outerjoin(GateRow, GateRow.id == DeviceRow.gate_id)
        .outerjoin(decision, decision.id == OfflineFindingRow.decision_id)
        .outerjoin(VisitRow, VisitRow.id == decision.visit_id)
        .outerjoin(VehicleRow, VehicleRow.id == decision.vehicle_id)
        .outerjoin(CredentialRow, CredentialRow.id == decision.credential_id)
        .outerjoin(StaffRow, StaffRow.id == OfflineFindingRow.closed_by)
        .where(OfflineFindingRow.site_id.in_(within.sites))
    )
    return join_room(query, VisitRow.household_id)


def _uses(session: Session, within: Scope, rows: Iterable[Any]) -> Mapping[UUID, list[Use]]:
    """Every entry of the visits that were used too often."""
    twice = FindingKind.DOUBLE_USE.value
    visits = [
        row.OfflineDecisionRow.visit_id
        for row in rows
        if row.OfflineFindingRow.kind == twice and row.OfflineDecisionRow is not None
    ]
    query = (
        select(PassageRow.visit_id, GateRow.name, PassageRow.occurred_at)
        .join(GateRow, GateRow.id == PassageRow.gate_id)
        .where(
            PassageRow.visit_id.in_(visits),
            PassageRow.site_id.in_(within.sites),
            PassageRow.direction == Direction.ENTRY.value,
            PassageRow.state == PassageState.OPENED.value,
        )
    )
    found: dict[UUID, list[Use]] = defaultdict(list)
    for visit_id, gate, at in session.execute(query.order_by(PassageRow.occurred_at)):
        found[visit_id].append(Use(gate, at))
    return found


def _line(row: Any, uses: Mapping[UUID, list[Use]]) -> FindingLine:
    finding, decision = row.OfflineFindingRow, row.OfflineDecisionRow
    return FindingLine(
        finding.id,
        FindingKind(finding.kind),
        row.place,
        row.device,
        finding.fault,
        finding.found_at,
        finding.from_counter,
        finding.to_counter,
        None if decision is None else OfflineCredential(decision.credential),
        None if decision is None else decision.occurred_at,
        None if decision is None else decision.list_version,
        row.visitor_name,
        row.room,
        row.plate,
        row.tail,
        finding.closed_at,
        row.closed_by,
        None if finding.ack_reason is None else AckReason(finding.ack_reason),
        uses.get(decision.visit_id, ()) if decision is not None else (),
    )
