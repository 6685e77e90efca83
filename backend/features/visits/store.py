from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert
from sqlalchemy.orm import Session

from backend.features.visits.model import Visit, VisitState
from backend.features.visits.tables import CodeGuessRow, VisitRow
from backend.kernel.identity import Scope
from backend.kernel.ids import DeviceId, HouseholdId, ResidentId, SiteId, TenantId, VisitId
from backend.kernel.paging import Cursor, Page, PageRequest, page_of


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
        HouseholdId(row.household_id),
        ResidentId(row.resident_id),
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
    )


def count_open(session: Session, household_id: HouseholdId, now: datetime) -> int:
    """Open visits of a household, its row of rules locked by the caller."""
    query = select(func.count()).where(
        VisitRow.household_id == household_id, VisitRow.state == VisitState.ACTIVE.value, VisitRow.valid_until > now
    )
    return session.execute(query).scalar_one()


def code_taken(session: Session, site_id: SiteId, code_hash: bytes) -> bool:
    query = select(VisitRow.id).where(
        VisitRow.site_id == site_id, VisitRow.code_hash == code_hash, VisitRow.code_freed.is_(False)
    )
    return session.execute(query).first() is not None


def free_codes(session: Session, site_id: SiteId, now: datetime) -> None:
    """Codes of visits that are over or cancelled may be given again."""
    closed = or_(VisitRow.valid_until <= now, VisitRow.state == VisitState.CANCELLED.value)
    session.execute(
        update(VisitRow)
        .where(VisitRow.site_id == site_id, VisitRow.code_freed.is_(False), closed)
        .values(code_freed=True)
    )


def cancel(session: Session, within: Scope, visit_id: VisitId) -> bool:
    mine = update(VisitRow).where(VisitRow.id == visit_id, _reach(within), VisitRow.state == VisitState.ACTIVE.value)
    return bool(session.execute(mine.values(state=VisitState.CANCELLED.value)).rowcount)  # type: ignore[attr-defined]


def use_entry(session: Session, within: Scope, visit_id: VisitId) -> bool:
    """Counts one entry; False when none is left, decided by the row and not by an earlier look."""
    one = update(VisitRow).where(
        VisitRow.id == visit_id,
        _reach(within),
        VisitRow.state == VisitState.ACTIVE.value,
        VisitRow.entries < VisitRow.max_entries,
    )
    return bool(session.execute(one.values(entries=VisitRow.entries + 1)).rowcount)  # type: ignore[attr-defined]


def note_entry(session: Session, within: Scope, visit_id: UUID) -> bool:
    """Counts an entry that has happened, also of a visit that is called off; False when all were used before."""
    one = update(VisitRow).where(VisitRow.id == visit_id, _reach(within), VisitRow.entries < VisitRow.max_entries)
    return bool(session.execute(one.values(entries=VisitRow.entries + 1)).rowcount)  # type: ignore[attr-defined]


def list_standing(session: Session, within: Scope, after: datetime, until: datetime) -> list[Visit]:
    """Whose window touches the time between two instants, called off or not."""
    query = select(VisitRow).where(_reach(within), VisitRow.valid_until > after, VisitRow.valid_from < until)
    return [_visit(row) for row in session.scalars(query.order_by(VisitRow.id))]


def standing_digest(session: Session, within: Scope, after: datetime) -> str:
    """Changes whenever a visit whose window is not over is added or changed."""
    terms = (VisitRow.state, VisitRow.entries, VisitRow.max_entries, VisitRow.valid_from, VisitRow.valid_until)
    said = func.concat_ws("|", VisitRow.id, *terms)
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
