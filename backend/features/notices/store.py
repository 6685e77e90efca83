from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.features.notices.model import Notice, NoticeKind, NoticeState
from backend.features.notices.tables import NoticeRow
from backend.kernel.identity import Scope
from backend.kernel.ids import SiteId, TenantId


def find(session: Session, within: Scope, notice_id: UUID) -> Notice | None:
    row = session.scalar(select(NoticeRow).where(NoticeRow.id == notice_id, NoticeRow.site_id.in_(within.sites)))
    return None if row is None else _notice(row)


def of_visit(session: Session, within: Scope, visit_id: UUID) -> Sequence[Notice]:
    rows = session.scalars(
        select(NoticeRow)
        .where(NoticeRow.visit_id == visit_id, NoticeRow.site_id.in_(within.sites))
        .order_by(NoticeRow.created_at)
    )
    return [_notice(row) for row in rows]


def _notice(row: NoticeRow) -> Notice:
    return Notice(
        row.id,
        TenantId(row.tenant_id),
        SiteId(row.site_id),
        NoticeKind(row.kind),
        row.visit_id,
        row.gate_id,
        row.occurred_at,
        NoticeState(row.state),
        row.credential_id,
        row.walk_in_id,
        row.resident_id,
    )


def change(session: Session, within: Scope, notice_id: UUID, state: NoticeState, **values: Any) -> None:
    mine = update(NoticeRow).where(NoticeRow.id == notice_id, NoticeRow.site_id.in_(within.sites))
    session.execute(mine.values(state=state.value, **values))
