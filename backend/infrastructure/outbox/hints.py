"""What the relay and the direct runner look for. Neither claims; that is `leases.claim`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Hint:
    id: UUID
    queue: str
    fence: int


_TAKE = text(
    """
    UPDATE outbox_job SET hinted_at = clock_timestamp() WHERE id IN (
        SELECT id FROM outbox_job WHERE state IN ('pending', 'uncertain') AND hinted_at IS NULL
            AND lease_owner IS NULL AND not_before <= clock_timestamp()
        ORDER BY not_before LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING id, queue, fence
    """
)


def take_unhinted(session: Session, limit: int = 200) -> list[Hint]:
    """Jobs that are due and were not hinted, marked as hinted. A mark without its hint is the reconciler's to clear.

    A mark that a crash of the server undoes costs a second hint: the commit need not wait for the disk.
    """
    session.execute(text("SET LOCAL synchronous_commit TO off"))
    return [Hint(**row._mapping) for row in session.execute(_TAKE, {"limit": limit})]


_GIVE_BACK = text("UPDATE outbox_job SET hinted_at = NULL WHERE id = ANY(:ids) AND lease_owner IS NULL")


def give_back(session: Session, hints: Iterable[Hint]) -> None:
    """These hints did not reach Redis: the next round gives them again."""
    session.execute(_GIVE_BACK, {"ids": [hint.id for hint in hints]})


_OVERDUE = text(
    """
    SELECT id FROM outbox_job WHERE urgent AND finished_at IS NULL AND kind = ANY(:kinds) AND (
        (lease_owner IS NULL AND not_before <= clock_timestamp() - CAST(:patience AS interval))
        OR lease_until < clock_timestamp())
    ORDER BY not_before LIMIT :limit
    """
)


def overdue_urgent(session: Session, kinds: Iterable[str], patience: timedelta, limit: int = 50) -> list[UUID]:
    """Urgent jobs of these kinds that nobody claimed for `patience`, or whose worker is lost."""
    values = {"kinds": list(kinds), "patience": patience, "limit": limit}
    return list(session.execute(_OVERDUE, values).scalars())
