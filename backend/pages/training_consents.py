"""What each site has said about its corrected readings, and who said it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.features.accounts.tables import StaffRow
from backend.features.sites.tables import SiteRow
from backend.features.training.tables import TrainingConsentRow
from backend.kernel.identity import Scope
from backend.kernel.ids import SiteId


@dataclass(frozen=True)
class SiteConsent:
    site_id: SiteId
    site_name: str
    given: bool
    decided_by: str | None = field(repr=False)
    at: datetime | None
    """None where nobody has decided yet, which is a no."""


def list_consents(session: Session, within: Scope) -> Sequence[SiteConsent]:
    newest = (
        select(TrainingConsentRow)
        .where(TrainingConsentRow.site_id.in_(within.sites))
        .distinct(TrainingConsentRow.site_id)
        .order_by(TrainingConsentRow.site_id, TrainingConsentRow.at.desc(), TrainingConsentRow.id.desc())
        .subquery()
    )
    rows = session.execute(
        select(SiteRow.id, SiteRow.name, newest.c.given, StaffRow.display_name, newest.c.at)
        .outerjoin(newest, newest.c.site_id == SiteRow.id)
        .outerjoin(StaffRow, StaffRow.id == newest.c.decided_by)
        .where(SiteRow.id.in_(within.sites))
        .order_by(SiteRow.name, SiteRow.id)
    )
    return [SiteConsent(SiteId(site_id), name, bool(given), who, at) for site_id, name, given, who, at in rows]
