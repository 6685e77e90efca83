from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.features.imports.model import Import, ImportState, Register, RowFault
from backend.features.imports.outcome import SHOWN_FAULTS
from backend.features.imports.tables import ImportRow
from backend.kernel.identity import Scope
from backend.kernel.ids import ImportId, SiteId, StaffId, TenantId
from backend.kernel.paging import Cursor, Page, PageRequest, page_of


def find(session: Session, within: Scope, import_id: UUID) -> Import | None:
    row = find_row(session, within, import_id)
    return None if row is None else import_of(row)


def find_row(session: Session, within: Scope, import_id: UUID) -> ImportRow | None:
    return session.scalar(select(ImportRow).where(ImportRow.id == import_id, ImportRow.site_id.in_(within.sites)))


def locked_row(session: Session, within: Scope, import_id: UUID) -> ImportRow | None:
    mine = select(ImportRow).where(ImportRow.id == import_id, ImportRow.site_id.in_(within.sites))
    return session.scalar(mine.with_for_update())


def content_of(session: Session, within: Scope, import_id: UUID) -> str | None:
    mine = select(ImportRow.content).where(ImportRow.id == import_id, ImportRow.site_id.in_(within.sites))
    return session.scalar(mine)


def note_progress(session: Session, within: Scope, import_id: UUID, row_count: int, rows_done: int) -> None:
    row = find_row(session, within, import_id)
    if row is not None:
        row.row_count, row.rows_done = row_count, rows_done


def page_of_site(session: Session, within: Scope, request: PageRequest) -> Page[Import]:
    """Newest first."""
    query = select(ImportRow).where(ImportRow.site_id.in_(within.sites))
    if request.after is not None:
        query = query.where(ImportRow.id < request.after.id)
    rows = session.scalars(query.order_by(ImportRow.id.desc()).limit(request.limit + 1)).all()
    return page_of([import_of(row) for row in rows], request, lambda one: Cursor(one.created_at, one.id))


def lock_registers(session: Session, site_id: SiteId) -> None:
    """One import of a site writes at a time."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"anlin.import.{site_id}"})


def fill(row: ImportRow, state: ImportState, counts: dict[str, int], faults: Sequence[RowFault]) -> None:
    row.state, row.counts = state.value, counts
    row.faults = {
        "count": len(faults),
        "first": [[fault.row, fault.column, fault.code, fault.facts] for fault in faults[:SHOWN_FAULTS]],
    }


def finish(row: ImportRow, now: datetime) -> None:
    """The file is not needed any more."""
    row.content, row.finished_at = None, now


def import_of(row: ImportRow) -> Import:
    faults: dict[str, Any] = row.faults
    return Import(
        ImportId(row.id),
        TenantId(row.tenant_id),
        SiteId(row.site_id),
        Register(row.register),
        StaffId(row.requested_by),
        ImportState(row.state),
        row.created_at,
        row.finished_at,
        row.row_count,
        row.rows_done,
        row.counts,
        tuple(RowFault(*one) for one in faults.get("first", ())),
        faults.get("count", 0),
        row.problem,
        faults.get("facts", {}),
    )
