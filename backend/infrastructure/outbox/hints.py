"""What the relay and the direct runner look for. Neither claims; that is `leases.claim`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.kernel.jobs import Queue


@dataclass(frozen=True)
class Hint:
    id: UUID
    queue: str
    fence: int
    lost: bool
    """It was claimed before, and its worker was lost."""


_WAITING = """
    state IN ('pending', 'uncertain') AND hinted_at IS NULL AND lease_owner IS NULL
    AND not_before <= clock_timestamp()
"""
# Taking a lease back leaves its end in place; settling a job clears it.
_LOST = "lease_until IS NOT NULL"
# Urgent and lost jobs all at once; of the others only as many as are not hinted already and unclaimed, for each queue.
_TAKE = text(
    f"""
    WITH room AS (
        SELECT name AS queue, :bulk - count(hinted.id) AS free FROM unnest(CAST(:queues AS text[])) AS name
        LEFT JOIN outbox_job AS hinted ON hinted.queue = name AND NOT hinted.urgent AND hinted.finished_at IS NULL
            AND hinted.state IN ('pending', 'uncertain') AND hinted.hinted_at IS NOT NULL
            AND hinted.lease_owner IS NULL
        GROUP BY name),
    urgent AS (
        SELECT id FROM outbox_job WHERE urgent AND {_WAITING}
        ORDER BY not_before LIMIT :limit FOR UPDATE SKIP LOCKED),
    lost AS (
        SELECT id FROM outbox_job WHERE NOT urgent AND {_LOST} AND {_WAITING}
        ORDER BY not_before LIMIT :limit FOR UPDATE SKIP LOCKED),
    bulk AS (
        SELECT one.id FROM room CROSS JOIN LATERAL (
            SELECT id FROM outbox_job WHERE NOT urgent AND NOT ({_LOST}) AND queue = room.queue AND {_WAITING}
            ORDER BY not_before LIMIT greatest(room.free, 0) FOR UPDATE SKIP LOCKED) AS one)
    UPDATE outbox_job SET hinted_at = clock_timestamp()
    WHERE id IN (SELECT id FROM urgent UNION ALL SELECT id FROM lost UNION ALL SELECT id FROM bulk)
    RETURNING id, queue, fence, {_LOST} AS lost
    """  # noqa: S608 - constants
)
BULK_HINTS = 16
"""Of jobs that are not urgent, so many hints a queue lie in Redis: an urgent one never waits behind a backlog."""
_QUEUES = [queue.value for queue in Queue]


def take_unhinted(session: Session, limit: int = 200) -> list[Hint]:
    """Jobs that are due and were not hinted, marked as hinted. A mark without its hint is the reconciler's to clear.

    A mark that a crash of the server undoes costs a second hint: the commit need not wait for the disk.
    """
    session.execute(text("SET LOCAL synchronous_commit TO off"))
    values = {"limit": limit, "bulk": BULK_HINTS, "queues": _QUEUES}
    return [Hint(**row._mapping) for row in session.execute(_TAKE, values)]


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
