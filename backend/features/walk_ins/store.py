from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.features.visits.model import VisitKind
from backend.features.walk_ins.model import (
    Answerer,
    Backup,
    GuardReason,
    Stranger,
    WalkIn,
    WalkInId,
    WalkInRefusal,
    WalkInState,
)
from backend.features.walk_ins.tables import BackupContactRow, WalkInRow
from backend.infrastructure.inserting import insert_if_absent
from backend.kernel.identity import Scope
from backend.kernel.ids import DeviceId, HouseholdId, PassageId, ResidentId, SiteId, TenantId, VisitId


def add(session: Session, within: Scope, values: dict[str, Any]) -> bool:
    """False where the same car is being asked about already."""
    assert values["site_id"] in within.sites  # noqa: S101 - the caller found the home within the scope
    return insert_if_absent(session, WalkInRow, values)


def find(session: Session, within: Scope, walk_in_id: UUID, *, lock: bool = False) -> WalkIn | None:
    """For the staff of the site, and for the platform's own jobs."""
    return _one(session, WalkInRow.site_id.in_(within.sites), walk_in_id, lock)


def find_for_resident(
    session: Session, within: Scope, resident_id: ResidentId, walk_in_id: UUID, *, lock: bool = False
) -> WalkIn | None:
    """A question to one of the resident's homes, or to the resident as another home's backup contact."""
    return _one(session, _asked(within, resident_id), walk_in_id, lock)


def _one(session: Session, mine: ColumnElement[bool], walk_in_id: UUID, lock: bool) -> WalkIn | None:
    query = select(WalkInRow).where(WalkInRow.id == walk_in_id, mine)
    locked = query.with_for_update() if lock else query
    row = session.scalar(locked.execution_options(populate_existing=True))
    return None if row is None else _walk_in(row)


def _asked(within: Scope, resident_id: ResidentId) -> ColumnElement[bool]:
    backs_up = select(BackupContactRow.household_id).where(
        BackupContactRow.resident_id == resident_id, BackupContactRow.site_id.in_(within.sites)
    )
    asked_as_backup = and_(WalkInRow.household_id.in_(backs_up), _backup_stage())
    return and_(
        WalkInRow.site_id.in_(within.sites),
        or_(WalkInRow.household_id.in_(within.households or ()), asked_as_backup),
    )


def _backup_stage() -> ColumnElement[bool]:
    """From the moment on at which the backup contact is asked; before, it is the household's own affair."""
    return or_(
        WalkInRow.state == WalkInState.ASKING_BACKUP.value,
        WalkInRow.asked_backup.is_(True),
    )


def list_for_resident(session: Session, within: Scope, resident_id: ResidentId, since: datetime) -> list[WalkIn]:
    """The newest first."""
    rows = session.scalars(
        select(WalkInRow)
        .where(_asked(within, resident_id), WalkInRow.created_at >= since)
        .order_by(WalkInRow.created_at.desc(), WalkInRow.id.desc())
        .limit(100)
    )
    return [_walk_in(row) for row in rows]


def change(session: Session, within: Scope, walk_in_id: WalkInId, **values: Any) -> None:
    mine = update(WalkInRow).where(WalkInRow.id == walk_in_id, WalkInRow.site_id.in_(within.sites))
    session.execute(mine.values(values), execution_options={"synchronize_session": False})


def _walk_in(row: WalkInRow) -> WalkIn:
    return WalkIn(
        WalkInId(row.id),
        TenantId(row.tenant_id),
        SiteId(row.site_id),
        HouseholdId(row.household_id),
        DeviceId(row.device_id),
        None if row.passage_id is None else PassageId(row.passage_id),
        Stranger(row.name, row.phone_tail, row.plate, VisitKind(row.kind)),
        WalkInState(row.state),
        row.answer_by,
        None if row.answerer is None else Answerer(row.answerer),
        None if row.answered_by is None else ResidentId(row.answered_by),
        row.answered_at,
        None if row.reason is None else GuardReason(row.reason),
        None if row.refusal is None else WalkInRefusal(row.refusal),
        None if row.visit_id is None else VisitId(row.visit_id),
        row.created_at,
    )


def find_backup(session: Session, within: Scope, household_id: UUID) -> Backup | None:
    row = session.scalar(
        select(BackupContactRow).where(
            BackupContactRow.household_id == household_id, BackupContactRow.site_id.in_(within.sites)
        )
    )
    if row is None:
        return None
    return Backup(row.name, row.phone, None if row.resident_id is None else ResidentId(row.resident_id))


def set_backup(session: Session, household_id: HouseholdId, values: dict[str, Any]) -> None:
    first = insert(BackupContactRow).values(household_id=household_id, **values)
    session.execute(first.on_conflict_do_update(index_elements=["household_id"], set_=values))


def remove_backup(session: Session, within: Scope, household_id: UUID) -> bool:
    mine = delete(BackupContactRow).where(
        BackupContactRow.household_id == household_id, BackupContactRow.site_id.in_(within.sites)
    )
    return bool(session.execute(mine).rowcount)  # type: ignore[attr-defined]
