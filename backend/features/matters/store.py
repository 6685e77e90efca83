import json
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from backend.features.matters.model import Details, Matter, MatterId, MatterKind, MatterState, Place
from backend.features.matters.tables import MatterRow
from backend.kernel.identity import Scope
from backend.kernel.ids import HouseholdId, PersonId, ResidentId, SiteId, TenantId
from backend.kernel.paging import Cursor, Page, PageRequest, page_of


def details_json(details: Details) -> str:
    """Only what was said."""
    return json.dumps({name: value for name, value in asdict(details).items() if value}, ensure_ascii=False)


def count_open(session: Session, resident_id: UUID) -> int:
    mine = select(func.count()).where(MatterRow.resident_id == resident_id, MatterRow.state == MatterState.OPEN.value)
    return session.scalars(mine).one()


def find_own(session: Session, resident_id: UUID, matter_id: UUID) -> MatterRow | None:
    """Locked, for who may withdraw it."""
    mine = select(MatterRow).where(MatterRow.id == matter_id, MatterRow.resident_id == resident_id)
    return session.scalar(mine.with_for_update().execution_options(populate_existing=True))


def page_of_own(session: Session, resident_id: UUID, request: PageRequest) -> Page[Matter]:
    """Newest first."""
    mine = select(MatterRow).where(MatterRow.resident_id == resident_id)
    if request.after is not None:
        mine = mine.where(tuple_(MatterRow.asked_at, MatterRow.id) < (request.after.at, request.after.id))
    newest = mine.order_by(MatterRow.asked_at.desc(), MatterRow.id.desc()).limit(request.limit + 1)
    found = [matter_of(row) for row in session.scalars(newest)]
    return page_of(found, request, lambda matter: Cursor(matter.asked_at, matter.id))


def open_of(session: Session, resident_id: UUID) -> list[MatterRow]:
    mine = select(MatterRow).where(MatterRow.resident_id == resident_id, MatterRow.state == MatterState.OPEN.value)
    return list(session.scalars(mine.with_for_update()))


def find_row(session: Session, within: Scope, matter_id: UUID) -> MatterRow | None:
    """Locked, for who is about to decide it."""
    mine = select(MatterRow).where(MatterRow.id == matter_id, MatterRow.site_id.in_(within.sites))
    return session.scalar(mine.with_for_update().execution_options(populate_existing=True))


def matter_of(row: MatterRow) -> Matter:
    person = None if row.person_id is None else PersonId(row.person_id)
    return Matter(
        MatterId(row.id),
        MatterKind(row.kind),
        Place(TenantId(row.tenant_id), SiteId(row.site_id), HouseholdId(row.household_id), person),
        ResidentId(row.resident_id),
        Details(**json.loads(row.details)),
        MatterState(row.state),
        row.asked_at,
        row.due_on,
        row.decided_at,
        row.answer,
    )
