"""Repairs states, and only states: it never runs a job.

Lost leases, hints that Redis forgot, and jobs past their deadline.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.infrastructure.outbox.promise import PROMISED

HINT_PATIENCE = timedelta(seconds=5)
"""A hint not followed by a claim for this long is given again; a worker that is merely slow claims once anyway."""


@dataclass(frozen=True)
class Repairs:
    lost_leases: int
    lost_hints: int
    expired: int

    def __bool__(self) -> bool:
        return bool(self.lost_leases or self.lost_hints or self.expired)


# `lease_until` stays in place, so that the next claim can say how long the job lay.
# A job that took its worker down on every try is given up: it would take down the next one too.
_TAKE_BACK = """
    UPDATE outbox_job SET
        state = CASE WHEN tries >= max_tries THEN 'failed' WHEN state = 'running' THEN 'pending' ELSE 'uncertain' END,
        finished_at = CASE WHEN tries >= max_tries THEN clock_timestamp() END,
        last_error = CASE WHEN tries >= max_tries THEN 'worker_lost' ELSE last_error END,
        uncertain_count = uncertain_count + (state = 'attempting')::int,
        fence = fence + 1, lease_owner = NULL, hinted_at = NULL
    WHERE lease_owner IS NOT NULL AND
"""
_LOST_LEASES = text(_TAKE_BACK + "lease_until < clock_timestamp()")
_LEASES_OF = text(_TAKE_BACK + "starts_with(lease_owner, :owners)")
_LOST_HINTS = text(
    """
    UPDATE outbox_job SET hinted_at = NULL
    WHERE state IN ('pending', 'uncertain') AND lease_owner IS NULL AND finished_at IS NULL
        AND hinted_at < clock_timestamp() - CAST(:patience AS interval)
    """
)
_EXPIRED = text(
    """
    UPDATE outbox_job SET state = 'expired', finished_at = clock_timestamp(), last_error = 'deadline_passed'
    WHERE finished_at IS NULL AND lease_owner IS NULL AND deadline <= clock_timestamp()
    """
)


def repair(session: Session) -> Repairs:
    expired = session.execute(_EXPIRED).rowcount  # type: ignore[attr-defined]
    leases = session.execute(_LOST_LEASES).rowcount  # type: ignore[attr-defined]
    hints = session.execute(_LOST_HINTS, {"patience": HINT_PATIENCE}).rowcount  # type: ignore[attr-defined]
    if leases or hints:
        _notify(session)
    return Repairs(leases, hints, expired)


def release(session: Session, owners: str) -> int:
    """Takes back every lease of the owners whose name starts so, known to be gone; how many those were."""
    released = int(session.execute(_LEASES_OF, {"owners": owners}).rowcount)  # type: ignore[attr-defined]
    if released:
        _notify(session)
    return released


def _notify(session: Session) -> None:
    session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": PROMISED})
