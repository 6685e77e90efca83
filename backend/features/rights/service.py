"""A copy of one's data, made by a worker and kept sealed for a few days; the end of an account."""

import base64
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.features.matters import service as matters
from backend.features.residents import service as residents
from backend.features.rights import rules, store
from backend.features.rights.errors import ExportExpired, ExportNotReady, TooManyExports
from backend.features.rights.jobs import MakeExport
from backend.features.rights.model import Export, ExportId, ExportState
from backend.features.rights.tables import DataExportRow
from backend.features.visits import service as visits
from backend.features.visits.model import VisitState
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import ResidentId
from backend.kernel.paging import MAX_LIMIT, PageRequest

DAY = timedelta(days=1)
archive = rules.archive


def ask_export(work: Work, resident_id: UUID) -> Export:
    """Promises a copy. Raises TooManyExports after three in a day."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
    work.session.execute(lock, {"key": f"exports:{resident_id}"})
    if store.count_since(work.session, resident_id, work.now - DAY) >= rules.EXPORTS_A_DAY:
        raise TooManyExports(limit=rules.EXPORTS_A_DAY)
    row = store.add(work.session, resident_id, work.now, work.now + rules.EXPORT_LIFE)
    work.later(MakeExport(row.id))
    work.record("resident.data_export_asked", Subject("resident", resident_id), export=str(row.id))
    return _export(row, work.now)


def list_exports(session: Session, resident_id: UUID, now: datetime) -> list[Export]:
    return [_export(row, now) for row in store.list_of(session, resident_id)]


def fetch_export(work: Work, resident_id: UUID, export_id: UUID) -> bytes:
    """The zip. Raises NotFound, ExportNotReady, ExportExpired."""
    row = store.find(work.session, resident_id, export_id)
    if row is None:
        raise NotFound
    if row.expires_at <= work.now:
        raise ExportExpired
    content = store.content_of(work.session, resident_id, export_id)
    if content is None:
        raise ExportNotReady
    work.record("resident.data_export_fetched", Subject("resident", resident_id), export=str(row.id))
    return base64.b64decode(content)


def owner_of(session: Session, export_id: UUID) -> ResidentId | None:
    """None when there is nothing to make any more."""
    row = store.find_promised(session, export_id)
    return None if row is None or row.byte_count else ResidentId(row.resident_id)


def keep_export(work: Work, export_id: UUID, body: bytes) -> None:
    row = store.find_promised(work.session, export_id)
    if row is not None:
        row.content, row.byte_count = base64.b64encode(body).decode(), len(body)


def close_account(work: Work, resident_id: ResidentId) -> None:
    """On the resident's own word, at once: what the account alone holds is deleted, open visits are cancelled.

    What the property's registers and the gate's records hold stays for its term; see the sections of one's data.
    """
    for identity in residents.identities(work.session, resident_id):
        _cancel_visits(work, Scope(frozenset({identity.site_id}), frozenset({identity.household_id})), resident_id)
    matters.withdraw_all(work, resident_id)
    store.delete_of(work.session, resident_id)
    residents.close_account(work, resident_id)


def _cancel_visits(work: Work, within: Scope, resident_id: ResidentId) -> None:
    request: PageRequest | None = PageRequest(MAX_LIMIT)
    while request is not None:
        page = visits.list_page(work.session, within, request, VisitState.ACTIVE)
        for visit in page.items:
            if visit.resident_id == resident_id and visit.valid_until > work.now:
                visits.cancel(work, within, visit.id)
        request = None if page.next is None else PageRequest(MAX_LIMIT, page.next)


def _export(row: DataExportRow, now: datetime) -> Export:
    made = ExportState.READY if row.byte_count else ExportState.MAKING
    state = ExportState.EXPIRED if row.expires_at <= now else made
    return Export(ExportId(row.id), state, row.asked_at, row.expires_at, row.byte_count)
