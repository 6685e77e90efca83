from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.features.consents.tables import ConsentRow
from backend.infrastructure.inserting import insert_row


def add(session: Session, resident_id: UUID, values: dict[str, Any]) -> None:
    insert_row(session, ConsentRow, values | {"resident_id": resident_id})


def newest_of(session: Session, resident_id: UUID) -> Sequence[ConsentRow]:
    """One row for each purpose that the resident has said anything about."""
    return session.scalars(
        select(ConsentRow)
        .where(ConsentRow.resident_id == resident_id)
        .distinct(ConsentRow.purpose)
        .order_by(ConsentRow.purpose, ConsentRow.at.desc(), ConsentRow.id.desc())
    ).all()
