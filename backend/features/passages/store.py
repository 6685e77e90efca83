from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import Session

from backend.features.devices.model import Direction
from backend.features.passages.model import Capture, Credential, HandReason, Passage, PassageState
from backend.features.passages.tables import CaptureRow, PassageRow
from backend.infrastructure.inserting import insert_row
from backend.kernel.identity import Scope
from backend.kernel.ids import CaptureId, DeviceId, GateId, PassageId, SiteId, TenantId, VehicleId, VisitId
from backend.kernel.paging import Cursor, Page, PageRequest, page_of


def add_capture(session: Session, values: dict[str, Any]) -> None:
    insert_row(session, CaptureRow, values)


def find_capture(session: Session, within: Scope, capture_id: UUID, received_at: datetime) -> Capture | None:
    row = session.scalar(
        select(CaptureRow).where(
            CaptureRow.id == capture_id, CaptureRow.received_at == received_at, CaptureRow.site_id.in_(within.sites)
        )
    )
    return None if row is None else _capture(row)


def _capture(row: CaptureRow) -> Capture:
    return Capture(
        CaptureId(row.id),
        TenantId(row.tenant_id),
        SiteId(row.site_id),
        GateId(row.gate_id),
        DeviceId(row.device_id),
        Direction(row.direction),
        row.media_id,
        row.occurred_at,
        row.received_at,
    )


def add(session: Session, values: dict[str, Any]) -> None:
    insert_row(session, PassageRow, {"alternatives": [], "reason_owed": False, **values})


def find(session: Session, within: Scope, passage_id: UUID, *, lock: bool = False) -> Passage | None:
    query = select(PassageRow).where(PassageRow.id == passage_id, PassageRow.site_id.in_(within.sites))
    return _one(session, query.with_for_update() if lock else query)


def find_of_capture(session: Session, within: Scope, capture_id: UUID) -> Passage | None:
    """Locked: a guard may be deciding it at this moment."""
    query = select(PassageRow).where(PassageRow.capture_id == capture_id, PassageRow.site_id.in_(within.sites))
    return _one(session, query.with_for_update())


def _one(session: Session, query: Any) -> Passage | None:
    row = session.scalar(query.execution_options(populate_existing=True))
    return None if row is None else _passage(row)


def change(session: Session, within: Scope, passage_id: PassageId, **values: Any) -> None:
    mine = update(PassageRow).where(PassageRow.id == passage_id, PassageRow.site_id.in_(within.sites))
    session.execute(mine.values(values))


def list_page(
    session: Session, within: Scope, request: PageRequest, states: Sequence[PassageState] = ()
) -> Page[Passage]:
    query = select(PassageRow).where(PassageRow.site_id.in_(within.sites))
    if states:
        query = query.where(PassageRow.state.in_([state.value for state in states]))
    if request.after is not None:
        query = query.where(tuple_(PassageRow.created_at, PassageRow.id) < (request.after.at, request.after.id))
    rows = session.scalars(query.order_by(PassageRow.created_at.desc(), PassageRow.id.desc()).limit(request.limit + 1))
    return page_of([_passage(row) for row in rows], request, lambda passage: Cursor(passage.created_at, passage.id))


def of_visits(session: Session, within: Scope, visit_ids: Sequence[UUID]) -> Sequence[Passage]:
    """Every opened passage of these visits, oldest first."""
    rows = session.scalars(
        select(PassageRow)
        .where(
            PassageRow.visit_id.in_(visit_ids),
            PassageRow.site_id.in_(within.sites),
            PassageRow.state == PassageState.OPENED.value,
        )
        .order_by(PassageRow.occurred_at)
    )
    return [_passage(row) for row in rows]


def _passage(row: PassageRow) -> Passage:
    return Passage(
        PassageId(row.id),
        TenantId(row.tenant_id),
        SiteId(row.site_id),
        GateId(row.gate_id),
        DeviceId(row.device_id),
        Direction(row.direction),
        Credential(row.credential),
        row.capture_id,
        row.media_id,
        row.plate,
        row.confidence,
        tuple((text, score) for text, score in row.alternatives),
        row.engine,
        PassageState(row.state),
        row.reason,
        None if row.hand_reason is None else HandReason(row.hand_reason),
        row.reason_owed,
        row.decided_by,
        None if row.visit_id is None else VisitId(row.visit_id),
        None if row.vehicle_id is None else VehicleId(row.vehicle_id),
        row.occurred_at,
        row.created_at,
        row.decided_at,
    )
