from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.features.visit_policies.model import Approval, DecidedPolicy, Ringing, VisitPolicy
from backend.features.visit_policies.tables import VisitPolicyRow
from backend.infrastructure.inserting import insert_row
from backend.kernel.hours import EVERY_DAY, Hours
from backend.kernel.identity import Scope
from backend.kernel.ids import SiteId, uuid7

NUMBERS = ("open_visits", "visits_a_day", "longest_window_days", "longest_series_days", "courier_minutes")


def find(session: Session, within: Scope, site_id: SiteId) -> DecidedPolicy | None:
    row = session.scalar(
        select(VisitPolicyRow)
        .where(VisitPolicyRow.site_id == site_id, VisitPolicyRow.site_id.in_(within.sites))
        .order_by(VisitPolicyRow.at.desc(), VisitPolicyRow.id.desc())
        .limit(1)
    )
    return None if row is None else DecidedPolicy(_policy(row), row.decided_by, row.at)


def _policy(row: VisitPolicyRow) -> VisitPolicy:
    closed = None
    if row.closed_from is not None and row.closed_until is not None:
        closed = Hours(EVERY_DAY, row.closed_from, row.closed_until)
    return VisitPolicy(
        Approval(row.approval),
        Hours(EVERY_DAY, row.free_from, row.free_until),
        closed,
        **{name: getattr(row, name) for name in NUMBERS},
        answer_seconds=row.answer_seconds,
        ringing=Ringing(row.ringing),
    )


def add(session: Session, site_id: SiteId, policy: VisitPolicy, decided_by: UUID | None, at: datetime) -> None:
    closed = policy.closed_hours
    values = {name: getattr(policy, name) for name in (*NUMBERS, "answer_seconds")}
    values |= {
        "id": uuid7(),
        "site_id": site_id,
        "approval": policy.approval.value,
        "ringing": policy.ringing.value,
        "free_from": policy.free_hours.from_minute,
        "free_until": policy.free_hours.until_minute,
        "closed_from": None if closed is None else closed.from_minute,
        "closed_until": None if closed is None else closed.until_minute,
        "decided_by": decided_by,
        "at": at,
    }
    insert_row(session, VisitPolicyRow, values)
