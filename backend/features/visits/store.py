from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Update, and_, case, func, literal, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert
from sqlalchemy.orm import Session

from backend.features.visits.model import OPEN_STATES, RefusalReason, Series, Visit, VisitKind, VisitState
from backend.features.visits.tables import CodeGuessRow, VisitRow
from backend.kernel.hours import EVERY_DAY, Hours, weekdays_of
from backend.kernel.identity import Scope
from backend.kernel.ids import DeviceId, EmployeeId, HouseholdId, ResidentId, SiteId, TenantId, VisitId
from backend.kernel.paging import Cursor, Page, PageRequest, page_of

_OPEN = tuple(state.value for state in OPEN_STATES)


def _reach(within: Scope) -> ColumnElement[bool]:
    """Sites always; households as well for a resident."""
    sites = VisitRow.site_id.in_(within.sites)
    return sites if within.households is None else and_(sites, VisitRow.household_id.in_(within.households))


def find(session: Session, within: Scope, visit_id: UUID, *, lock: bool = False) -> Visit | None:
    query = select(VisitRow).where(VisitRow.id == visit_id, _reach(within))
    row = session.scalar(query.with_for_update() if lock else query)
    return None if row is None else _visit(row)


def list_page(session: Session, within: Scope, request: PageRequest, state: VisitState | None) -> Page[Visit]:
    query = select(VisitRow).where(_reach(within))
    if state is not None:
        query = query.where(VisitRow.state == state.value)
    if request.after is not None:
        query = query.where(tuple_(VisitRow.created_at, VisitRow.id) < (request.after.at, request.after.id))
    rows = session.scalars(query.order_by(VisitRow.created_at.desc(), VisitRow.id.desc()).limit(request.limit + 1))
    return page_of([_visit(row) for row in rows], request, lambda visit: Cursor(visit.created_at, visit.id))


def with_plate(session: Session, within: Scope, plate: str, not_over_before: datetime) -> Sequence[Visit]:
    """Visits of this plate that end after an instant, cancelled ones too: the guard should learn why."""
    query = select(VisitRow).where(_reach(within), VisitRow.plate == plate, VisitRow.valid_until > not_over_before)
    return [_visit(row) for row in session.scalars(query)]


def find_by_code(session: Session, within: Scope, code_hash: bytes) -> Visit | None:
    row = session.scalar(
        select(VisitRow).where(_reach(within), VisitRow.code_hash == code_hash, VisitRow.code_freed.is_(False))
    )
    return None if row is None else _visit(row)


def find_by_link(session: Session, link_hash: bytes) -> Visit | None:
    """The visit behind an unguessable link; the link itself is the scope."""
    row = session.scalar(select(VisitRow).where(VisitRow.link_hash == link_hash))
    return None if row is None else _visit(row)


def _visit(row: VisitRow) -> Visit:
    return Visit(
        VisitId(row.id),
        TenantId(row.tenant_id),
        SiteId(row.site_id),
        None if row.household_id is None else HouseholdId(row.household_id),
        None if row.resident_id is None else ResidentId(row.resident_id),
        row.visitor_name,
        row.visitor_phone,
        row.plate,
        row.valid_from,
        row.valid_until,
        row.max_entries,
        row.entries,
        VisitState(row.state),
        row.code,
        row.link_token,
        row.created_at,
        VisitKind(row.kind),
        None if row.employee_id is None else EmployeeId(row.employee_id),
        _series(row),
        row.day_entries,
        row.entries_on,
        _closed(row),
        None if row.refusal is None else RefusalReason(row.refusal),
    )


def _series(row: VisitRow) -> Series | None:
    if row.weekdays is None or row.from_minute is None or row.until_minute is None or row.entries_a_day is None:
        return None
    hours = Hours(weekdays_of(row.weekdays), row.from_minute, row.until_minute)
    return Series(hours, row.entries_a_day, frozenset(row.except_on))


def _closed(row: VisitRow) -> Hours | None:
    if row.closed_from is None or row.closed_until is None:
        return None
    return Hours(EVERY_DAY, row.closed_from, row.closed_until)


def count_open(session: Session, household_id: HouseholdId, now: datetime) -> int:
    """Open visits of a household, locked by the caller; whoever stood at the gate unannounced is not one of them."""
    query = select(func.count()).where(
        VisitRow.household_id == household_id,
        VisitRow.state.in_(_OPEN),
        VisitRow.valid_until > now,
        VisitRow.kind != VisitKind.WALK_IN.value,
    )
    return session.execute(query).scalar_one()


def count_announced(session: Session, household_id: HouseholdId, since: datetime) -> int:
    query = select(func.count()).where(
        VisitRow.household_id == household_id,
        VisitRow.created_at >= since,
        VisitRow.kind != VisitKind.WALK_IN.value,
    )
    return session.execute(query).scalar_one()


def code_taken(session: Session, site_id: SiteId, code_hash: bytes) -> bool:
    query = select(VisitRow.id).where(
        VisitRow.site_id == site_id, VisitRow.code_hash == code_hash, VisitRow.code_freed.is_(False)
    )
    return session.execute(query).first() is not None


def free_codes(session: Session, site_id: SiteId, now: datetime) -> None:
    """Codes of visits that are over, cancelled or refused may be given again."""
    closed = or_(VisitRow.valid_until <= now, VisitRow.state.not_in(_OPEN))
    session.execute(
        update(VisitRow)
        .where(VisitRow.site_id == site_id, VisitRow.code_freed.is_(False), closed)
        .values(code_freed=True)
    )


def cancel(session: Session, within: Scope, visit_id: VisitId) -> bool:
    mine = update(VisitRow).where(VisitRow.id == visit_id, _reach(within), VisitRow.state.in_(_OPEN))
    return bool(session.execute(mine.values(state=VisitState.CANCELLED.value)).rowcount)  # type: ignore[attr-defined]


def decide(
    session: Session,
    within: Scope,
    visit_id: VisitId,
    state: VisitState,
    refusal: RefusalReason | None,
    by: UUID | None,
    at: datetime,
) -> bool:
    """False where it waits for nobody's word any more: two who press at once do not both decide."""
    mine = update(VisitRow).where(VisitRow.id == visit_id, _reach(within), VisitRow.state == VisitState.PENDING.value)
    reason = None if refusal is None else refusal.value
    said = mine.values(state=state.value, refusal=reason, decided_by=by, decided_at=at)
    return bool(session.execute(said).rowcount)  # type: ignore[attr-defined]


def set_days_off(session: Session, within: Scope, visit_id: VisitId, days: frozenset[date]) -> None:
    mine = update(VisitRow).where(VisitRow.id == visit_id, _reach(within))
    session.execute(mine.values(except_on=sorted(days)))


def use_entry(session: Session, within: Scope, visit_id: VisitId) -> bool:
    """Counts one entry of a visit without days of its own; decided by the row and not by an earlier look."""
    one = _usable(within, visit_id).where(VisitRow.weekdays.is_(None))
    return bool(session.execute(one.values(entries=VisitRow.entries + 1)).rowcount)  # type: ignore[attr-defined]


def use_day_entry(session: Session, within: Scope, visit_id: VisitId, day: date) -> bool:
    """Counts one entry of this day of a series; False when the day, or the series, has none left."""
    another_day = VisitRow.entries_on.is_distinct_from(day)
    one = _usable(within, visit_id).where(or_(another_day, VisitRow.day_entries < VisitRow.entries_a_day))
    counted = one.values(
        entries=VisitRow.entries + 1,
        day_entries=case((another_day, 1), else_=VisitRow.day_entries + 1),
        entries_on=day,
    )
    return bool(session.execute(counted).rowcount)  # type: ignore[attr-defined]


def _usable(within: Scope, visit_id: VisitId) -> Update:
    return update(VisitRow).where(
        VisitRow.id == visit_id,
        _reach(within),
        VisitRow.state == VisitState.ACTIVE.value,
        VisitRow.entries < VisitRow.max_entries,
    )


def note_entry(session: Session, within: Scope, visit_id: UUID, day: date | None) -> bool:
    """Counts an entry that has happened, also of a visit that is called off; False when all were used before.

    `day` is that of a series; one that lies behind a day which is counted already does not turn the count back.
    """
    counted: dict[str, Any] = {"entries": VisitRow.entries + 1}
    one = update(VisitRow).where(VisitRow.id == visit_id, _reach(within), VisitRow.entries < VisitRow.max_entries)
    if day is not None:
        of_today, later = VisitRow.entries_on == day, VisitRow.entries_on > day
        one = one.where(or_(VisitRow.entries_on.is_distinct_from(day), VisitRow.day_entries < VisitRow.entries_a_day))
        same = case((later, VisitRow.day_entries), (of_today, VisitRow.day_entries + 1), else_=1)
        counted |= {"day_entries": same, "entries_on": func.greatest(VisitRow.entries_on, day)}
    return bool(session.execute(one.values(counted)).rowcount)  # type: ignore[attr-defined]


def list_standing(session: Session, within: Scope, after: datetime, until: datetime) -> list[Visit]:
    """Whose window touches the time between two instants, called off or not."""
    query = select(VisitRow).where(_reach(within), VisitRow.valid_until > after, VisitRow.valid_from < until)
    return [_visit(row) for row in session.scalars(query.order_by(VisitRow.id))]


def standing_digest(session: Session, within: Scope, after: datetime) -> str:
    """Changes whenever a visit whose window is not over is added or changed."""
    terms = (VisitRow.state, VisitRow.entries, VisitRow.max_entries, VisitRow.valid_from, VisitRow.valid_until)
    said = func.concat_ws("|", VisitRow.id, *terms, VisitRow.day_entries, VisitRow.except_on)
    query = select(func.md5(func.string_agg(said, aggregate_order_by(literal(","), VisitRow.id))))
    return session.scalar(query.where(_reach(within), VisitRow.valid_until > after)) or ""


def count_wrong_code(session: Session, device_id: DeviceId, minute: datetime) -> None:
    first = insert(CodeGuessRow).values(device_id=device_id, minute=minute, wrong=1)
    session.execute(
        first.on_conflict_do_update(index_elements=["device_id", "minute"], set_={"wrong": CodeGuessRow.wrong + 1})
    )


def wrong_codes_since(session: Session, device_id: DeviceId, since: datetime) -> int:
    query = select(func.coalesce(func.sum(CodeGuessRow.wrong), 0)).where(
        CodeGuessRow.device_id == device_id, CodeGuessRow.minute >= since
    )
    return int(session.execute(query).scalar_one())
