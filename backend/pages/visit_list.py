"""Who is expected on a day, the next to come first."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.features.sites.tables import SiteRow
from backend.features.visits.model import VisitState
from backend.features.visits.tables import VisitRow
from backend.kernel.clock import start_of_local_day
from backend.kernel.identity import Scope
from backend.kernel.ids import VisitId
from backend.kernel.paging import Cursor, Page, PageRequest, page_of
from backend.pages.rooms import ROOM_LABEL, join_room


@dataclass(frozen=True)
class ExpectedVisit:
    id: VisitId
    site_name: str
    visitor_name: str = field(repr=False)
    plate: str | None = field(repr=False)
    host_room: str
    valid_from: datetime
    valid_until: datetime
    entries: int
    max_entries: int
    is_cancelled: bool

    @property
    def has_come(self) -> bool:
        return self.entries > 0


def list_expected(session: Session, within: Scope, day: date, request: PageRequest) -> Page[ExpectedVisit]:
    """Visits whose window touches that day in China, by the window's begin."""
    start, end = start_of_local_day(day), start_of_local_day(day + timedelta(days=1))
    query = (
        select(VisitRow, SiteRow.name.label("site_name"), ROOM_LABEL.label("room"))
        .join(SiteRow, SiteRow.id == VisitRow.site_id)
        .where(VisitRow.site_id.in_(within.sites), VisitRow.valid_from < end, VisitRow.valid_until > start)
    )
    if request.after is not None:
        at, last_id = request.after.at, request.after.id
        query = query.where((VisitRow.valid_from > at) | ((VisitRow.valid_from == at) & (VisitRow.id > last_id)))
    query = join_room(query, VisitRow.household_id)
    rows = session.execute(query.order_by(VisitRow.valid_from, VisitRow.id).limit(request.limit + 1))
    visits = [_expected(row.VisitRow, row.site_name, row.room) for row in rows]
    return page_of(visits, request, lambda visit: Cursor(visit.valid_from, visit.id))


def _expected(row: VisitRow, site_name: str, room: str) -> ExpectedVisit:
    return ExpectedVisit(
        VisitId(row.id),
        site_name,
        row.visitor_name,
        row.plate,
        room,
        row.valid_from,
        row.valid_until,
        row.entries,
        row.max_entries,
        row.state == VisitState.CANCELLED.value,
    )
