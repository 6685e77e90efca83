"""Who is expected on a day, the next to come first; whose visit waits for approval; whom one has announced."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, cast, func, or_, select
from sqlalchemy.orm import Session

from backend.features.employees.tables import EmployeeRow
from backend.features.sites.tables import SiteRow
from backend.features.visits.model import RefusalReason, Series, VisitKind, VisitState
from backend.features.visits.tables import VisitRow
from backend.kernel.clock import start_of_local_day
from backend.kernel.hours import Hours, bits_of, weekdays_of
from backend.kernel.identity import Scope
from backend.kernel.ids import VisitId
from backend.kernel.paging import Cursor, Page, PageRequest, page_of
from backend.pages.rooms import ROOM_LABEL, join_room

MOST = 100


@dataclass(frozen=True)
class ExpectedVisit:
    id: VisitId
    site_name: str
    visitor_name: str = field(repr=False)
    plate: str | None = field(repr=False)
    host: str = field(repr=False)
    """The home, or the member of staff."""
    kind: VisitKind
    series: Series | None
    valid_from: datetime
    valid_until: datetime
    entries: int
    max_entries: int
    state: VisitState
    refusal: RefusalReason | None

    @property
    def has_come(self) -> bool:
        return self.entries > 0

    @property
    def is_cancelled(self) -> bool:
        return self.state is VisitState.CANCELLED


def list_expected(session: Session, within: Scope, day: date, request: PageRequest) -> Page[ExpectedVisit]:
    """Visits whose window touches that day in China, by the window's begin; of series those that come on it."""
    start, end = start_of_local_day(day), start_of_local_day(day + timedelta(days=1))
    on_that_day = VisitRow.weekdays.op("&")(bits_of([day.isoweekday()])) != 0
    not_off = func.array_position(VisitRow.except_on, cast(day, Date)).is_(None)
    query = _visits(within).where(
        VisitRow.valid_from < end,
        VisitRow.valid_until > start,
        or_(VisitRow.weekdays.is_(None), on_that_day & not_off),
    )
    if request.after is not None:
        at, last_id = request.after.at, request.after.id
        query = query.where((VisitRow.valid_from > at) | ((VisitRow.valid_from == at) & (VisitRow.id > last_id)))
    visits = _read(session, query.order_by(VisitRow.valid_from, VisitRow.id).limit(request.limit + 1))
    return page_of(visits, request, lambda visit: Cursor(visit.valid_from, visit.id))


def list_pending(session: Session, within: Scope) -> Sequence[ExpectedVisit]:
    """What waits for the property's word and is not over, the soonest first."""
    query = _visits(within).where(VisitRow.state == VisitState.PENDING.value, VisitRow.valid_until > func.now())
    return _read(session, query.order_by(VisitRow.valid_from, VisitRow.id).limit(MOST))


def list_announced(session: Session, within: Scope, staff_id: UUID | None) -> Sequence[ExpectedVisit]:
    """Visitors of the staff whom this account has announced, the newest first."""
    query = _visits(within).where(VisitRow.announced_by == staff_id, VisitRow.employee_id.is_not(None))
    return _read(session, query.order_by(VisitRow.created_at.desc(), VisitRow.id).limit(MOST))


def _visits(within: Scope) -> Select[Any]:
    query = (
        select(VisitRow, SiteRow.name.label("site_name"), ROOM_LABEL.label("room"), EmployeeRow.name.label("employee"))
        .join(SiteRow, SiteRow.id == VisitRow.site_id)
        .outerjoin(EmployeeRow, EmployeeRow.id == VisitRow.employee_id)
        .where(VisitRow.site_id.in_(within.sites))
    )
    return join_room(query, VisitRow.household_id)


def _read(session: Session, query: Select[Any]) -> Sequence[ExpectedVisit]:
    return [_expected(row.VisitRow, row.site_name, row.room or row.employee) for row in session.execute(query)]


def _expected(row: VisitRow, site_name: str, host: str) -> ExpectedVisit:
    return ExpectedVisit(
        VisitId(row.id),
        site_name,
        row.visitor_name,
        row.plate,
        host,
        VisitKind(row.kind),
        _series(row),
        row.valid_from,
        row.valid_until,
        row.entries,
        row.max_entries,
        VisitState(row.state),
        None if row.refusal is None else RefusalReason(row.refusal),
    )


def _series(row: VisitRow) -> Series | None:
    if row.weekdays is None or row.from_minute is None or row.until_minute is None:
        return None
    hours = Hours(weekdays_of(row.weekdays), row.from_minute, row.until_minute)
    return Series(hours, row.entries_a_day or 1, frozenset(row.except_on))
