"""The counter for visitors' documents: what waits for a word, what it may belong to, and what was confirmed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, and_, select, tuple_
from sqlalchemy.orm import Session

from backend.features.accounts.tables import StaffRow
from backend.features.devices.model import Direction
from backend.features.devices.tables import DeviceRow
from backend.features.identity_records.model import IdentityRecord, RecordState, RecordSubject, SubjectKind
from backend.features.identity_records.rules import OFFERED_FOR
from backend.features.identity_records.store import record_of
from backend.features.identity_records.tables import IdentityRecordRow
from backend.features.passages.model import PassageState
from backend.features.passages.tables import PassageRow
from backend.features.sites.tables import GateRow
from backend.features.visits.model import VisitState
from backend.features.visits.tables import VisitRow
from backend.kernel.identity import Scope
from backend.kernel.paging import Cursor, Page, PageRequest, page_of
from backend.pages.rooms import ROOM_LABEL, join_room

WAITING_SHOWN = 20
CHOICES_SHOWN = 40
AROUND = timedelta(hours=3)
"""Visits whose window is open, or near, are offered first."""
PASSED = timedelta(hours=6)


@dataclass(frozen=True)
class SubjectChoice:
    """A visit or passage that a document may belong to, in words of the gate."""

    subject: RecordSubject
    name: str | None = field(repr=False)
    room: str | None
    plate: str | None = field(repr=False)
    gate: str | None
    at: datetime

    @property
    def value(self) -> str:
        return f"{self.subject.kind.value}:{self.subject.id}"


@dataclass(frozen=True)
class RecordCard:
    record: IdentityRecord
    about: SubjectChoice | None
    confirmed_by: str | None = field(repr=False)
    device: str | None


@dataclass(frozen=True)
class IdentityDesk:
    waiting: Sequence[RecordCard]
    """Newest first: the visitor at the counter."""
    choices: Sequence[SubjectChoice]


def read_desk(session: Session, within: Scope, now: datetime) -> IdentityDesk:
    waiting = _records(within).where(
        IdentityRecordRow.state != RecordState.CONFIRMED.value, IdentityRecordRow.created_at > now - OFFERED_FOR
    )
    newest = waiting.order_by(IdentityRecordRow.created_at.desc()).limit(WAITING_SHOWN)
    return IdentityDesk(_cards(session, within, newest), list_choices(session, within, now))


def list_confirmed(session: Session, within: Scope, request: PageRequest) -> Page[RecordCard]:
    """Confirmed records, newest first."""
    query = _records(within).where(IdentityRecordRow.state == RecordState.CONFIRMED.value)
    if request.after is not None:
        place = tuple_(IdentityRecordRow.created_at, IdentityRecordRow.id)
        query = query.where(place < (request.after.at, request.after.id))
    query = query.order_by(IdentityRecordRow.created_at.desc(), IdentityRecordRow.id.desc()).limit(request.limit + 1)
    cards = _cards(session, within, query)
    return page_of(cards, request, lambda card: Cursor(card.record.created_at, card.record.id))


def read_record(session: Session, within: Scope, record_id: UUID) -> RecordCard | None:
    cards = _cards(session, within, _records(within).where(IdentityRecordRow.id == record_id))
    return cards[0] if cards else None


def _records(within: Scope) -> Select[tuple[IdentityRecordRow, str, str]]:
    return (
        select(IdentityRecordRow, StaffRow.display_name, DeviceRow.name)
        .outerjoin(StaffRow, StaffRow.id == IdentityRecordRow.confirmed_by)
        .outerjoin(DeviceRow, DeviceRow.id == IdentityRecordRow.device_id)
        .where(IdentityRecordRow.site_id.in_(within.sites))
    )


def _cards(session: Session, within: Scope, query: Select[tuple[IdentityRecordRow, str, str]]) -> list[RecordCard]:
    found = [(record_of(row), guard, device) for row, guard, device in session.execute(query)]
    subjects = _subjects(session, within, [record.subject for record, _, _ in found if record.subject])
    return [
        RecordCard(record, subjects.get(record.subject) if record.subject else None, guard, device)
        for record, guard, device in found
    ]


def _subjects(session: Session, within: Scope, wanted: Iterable[RecordSubject]) -> dict[RecordSubject, SubjectChoice]:
    ids = {kind: [one.id for one in wanted if one.kind is kind] for kind in SubjectKind}
    found: list[SubjectChoice] = []
    if ids[SubjectKind.VISIT]:
        found += _visits(session, _visit_query(within).where(VisitRow.id.in_(ids[SubjectKind.VISIT])))
    if ids[SubjectKind.PASSAGE]:
        found += _passages(session, _passage_query(within).where(PassageRow.id.in_(ids[SubjectKind.PASSAGE])))
    return {choice.subject: choice for choice in found}


def find_choice(session: Session, within: Scope, wanted: RecordSubject) -> SubjectChoice | None:
    return _subjects(session, within, [wanted]).get(wanted)


def list_choices(session: Session, within: Scope, now: datetime) -> list[SubjectChoice]:
    """Visits of these hours, and whoever came lately without one, the latest first."""
    visits = _visit_query(within).where(
        VisitRow.state == VisitState.ACTIVE.value,
        VisitRow.valid_from < now + AROUND,
        VisitRow.valid_until > now - AROUND,
    )
    passages = _passage_query(within).where(
        PassageRow.created_at > now - PASSED,
        PassageRow.direction == Direction.ENTRY.value,
        PassageRow.state.in_([PassageState.WAITING.value, PassageState.OPENED.value]),
        PassageRow.vehicle_id.is_(None),
        PassageRow.visit_id.is_(None),
    )
    found = _visits(session, visits.order_by(VisitRow.valid_from.desc()).limit(CHOICES_SHOWN))
    return found + _passages(session, passages.order_by(PassageRow.created_at.desc()).limit(CHOICES_SHOWN))


def _visit_query(within: Scope) -> Select[tuple[VisitRow, str]]:
    query = select(VisitRow, ROOM_LABEL).where(VisitRow.site_id.in_(within.sites))
    return join_room(query, VisitRow.household_id)


def _visits(session: Session, query: Select[tuple[VisitRow, str]]) -> list[SubjectChoice]:
    return [
        SubjectChoice(RecordSubject(SubjectKind.VISIT, row.id), row.visitor_name, room, row.plate, None, row.valid_from)
        for row, room in session.execute(query)
    ]


def _passage_query(within: Scope) -> Select[tuple[PassageRow, str, str | None, str | None]]:
    query = (
        select(PassageRow, GateRow.name, VisitRow.visitor_name, ROOM_LABEL)
        .join(GateRow, GateRow.id == PassageRow.gate_id)
        .outerjoin(VisitRow, and_(VisitRow.id == PassageRow.visit_id, VisitRow.site_id == PassageRow.site_id))
        .where(PassageRow.site_id.in_(within.sites))
    )
    return join_room(query, VisitRow.household_id)


def _passages(session: Session, query: Select[tuple[PassageRow, str, str | None, str | None]]) -> list[SubjectChoice]:
    return [
        SubjectChoice(RecordSubject(SubjectKind.PASSAGE, row.id), name, room, row.plate, gate, row.occurred_at)
        for row, gate, name, room in session.execute(query)
    ]
