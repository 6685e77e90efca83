from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.features.training.model import Consent
from backend.features.training.tables import TrainingConsentRow
from backend.infrastructure.inserting import insert_row
from backend.kernel.identity import Scope
from backend.kernel.ids import SiteId


def add_consent(session: Session, values: dict[str, Any]) -> None:
    insert_row(session, TrainingConsentRow, values)


def find_consent(session: Session, within: Scope, site_id: SiteId) -> Consent | None:
    row = session.scalar(
        select(TrainingConsentRow)
        .where(TrainingConsentRow.site_id == site_id, TrainingConsentRow.site_id.in_(within.sites))
        .order_by(TrainingConsentRow.at.desc(), TrainingConsentRow.id.desc())
        .limit(1)
    )
    return None if row is None else Consent(row.given, row.text, row.decided_by, row.at)
