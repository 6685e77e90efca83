"""The changes of a register's objects with the names of who made them."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.features.accounts.tables import StaffRow
from backend.infrastructure.changes import Change, history_of
from backend.kernel.identity import Scope


def history(session: Session, within: Scope, subjects: Iterable[UUID]) -> list[tuple[Change, str]]:
    """Newest first, at most a hundred; the name is empty for who is no member of staff."""
    changes = history_of(session, within, subjects)
    actors = {change.actor_id for change in changes if change.actor_id is not None}
    rows = session.execute(select(StaffRow.id, StaffRow.display_name).where(StaffRow.id.in_(actors)))
    names = dict(rows.tuples().all())
    return [(change, names.get(change.actor_id, "") if change.actor_id else "") for change in changes]
