"""What came of the pictures: passages, commands, messages, feed and audit."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from backend.features.devices.tables import DeviceCommandRow
from backend.features.notices.tables import NoticeRow
from backend.features.passages.model import PassageState
from backend.features.passages.tables import PassageRow, PlateReviewRow
from backend.infrastructure.audit.tables import AuditEntryRow
from backend.infrastructure.database import Row
from tests.integration.portals.gatehouse import Gatehouse


def passage(house: Gatehouse, passage_id: UUID) -> PassageRow:
    with house.platform.database.sessions() as session:
        return session.scalars(select(PassageRow).where(PassageRow.id == passage_id)).one()


def cars(house: Gatehouse) -> Sequence[PassageRow]:
    """Passages that are more than another picture of a car, the first one first."""
    query = select(PassageRow).where(PassageRow.state != PassageState.JOINED.value).order_by(PassageRow.occurred_at)
    with house.platform.database.sessions() as session:
        return session.scalars(query).all()


def count(house: Gatehouse, table: type[Row], *conditions: Any) -> int:
    with house.platform.database.sessions() as session:
        return session.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()


def commands(house: Gatehouse) -> int:
    return count(house, DeviceCommandRow)


def messages(house: Gatehouse) -> int:
    return count(house, NoticeRow)


def reviews(house: Gatehouse) -> Sequence[PlateReviewRow]:
    with house.platform.database.sessions() as session:
        return session.scalars(select(PlateReviewRow).order_by(PlateReviewRow.at)).all()


def entries(house: Gatehouse, action: str) -> Sequence[AuditEntryRow]:
    with house.platform.database.sessions() as session:
        return session.scalars(
            select(AuditEntryRow).where(AuditEntryRow.action == action).order_by(AuditEntryRow.sequence)
        ).all()
