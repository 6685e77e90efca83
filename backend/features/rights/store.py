from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from backend.features.rights.tables import DataExportRow
from backend.kernel.ids import uuid7


def count_since(session: Session, resident_id: UUID, since: datetime) -> int:
    mine = select(func.count()).where(DataExportRow.resident_id == resident_id, DataExportRow.asked_at > since)
    return session.scalars(mine).one()


def add(session: Session, resident_id: UUID, now: datetime, expires_at: datetime) -> DataExportRow:
    row = DataExportRow(id=uuid7(), resident_id=resident_id, asked_at=now, expires_at=expires_at, byte_count=0)
    session.add(row)
    session.flush()
    return row


def list_of(session: Session, resident_id: UUID) -> Sequence[DataExportRow]:
    """Newest first."""
    mine = select(DataExportRow).where(DataExportRow.resident_id == resident_id)
    return session.scalars(mine.order_by(DataExportRow.asked_at.desc(), DataExportRow.id.desc())).all()


def find(session: Session, resident_id: UUID, export_id: UUID) -> DataExportRow | None:
    mine = select(DataExportRow).where(DataExportRow.id == export_id, DataExportRow.resident_id == resident_id)
    return session.scalar(mine)


def find_promised(session: Session, export_id: UUID) -> DataExportRow | None:
    """For the job, which knows the export alone; locked."""
    return session.scalar(select(DataExportRow).where(DataExportRow.id == export_id).with_for_update())


def content_of(session: Session, resident_id: UUID, export_id: UUID) -> str | None:
    mine = select(DataExportRow.content)
    return session.scalar(mine.where(DataExportRow.id == export_id, DataExportRow.resident_id == resident_id))


def delete_of(session: Session, resident_id: UUID) -> None:
    session.execute(delete(DataExportRow).where(DataExportRow.resident_id == resident_id))
