"""Who looked at whose record: one entry for each (actor, subject, purpose) in ten minutes."""

from datetime import UTC, datetime, timedelta

from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.audit.tables import AuditLookRow
from backend.infrastructure.inserting import insert_if_absent
from backend.infrastructure.unit_of_work import Work

WINDOW = timedelta(minutes=10)


def record_look(work: Work, subject: Subject, purpose: str) -> None:
    """Repeats within the window add nothing, so that a page that refreshes itself does not flood the log."""
    row = {
        "actor_id": work.actor.id,
        "subject_kind": subject.kind,
        "subject_id": subject.id,
        "purpose": purpose,
        "window_start": window_of(work.now),
    }
    if insert_if_absent(work.session, AuditLookRow, row):
        work.record(f"{subject.kind}.looked", subject, purpose=purpose)


def window_of(now: datetime) -> datetime:
    seconds = WINDOW.total_seconds()
    return datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)
