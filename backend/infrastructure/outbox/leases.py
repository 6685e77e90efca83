"""Claiming, renewing and settling one job. Every statement carries the fence; only the database's clock counts.

A worker that lost its lease (paused, or cut off) finds its fence stale and can change nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.kernel.ids import SiteId, TenantId

LEASE = timedelta(seconds=10)
RENEW_EVERY = timedelta(seconds=3)


class LeaseLost(Exception):
    """Somebody else holds the job now, or it is finished: stop, and write nothing."""


@dataclass(frozen=True)
class Claim:
    id: UUID
    kind: str
    payload: dict[str, Any]
    fence: int
    tries: int
    uncertain: bool
    """An earlier outside call has an unknown fate: look it up before sending anything."""
    site_id: SiteId | None
    tenant_id: TenantId | None
    created_at: datetime


_CLAIM = text(
    """
    UPDATE outbox_job SET
        state = CASE WHEN state IN ('attempting', 'uncertain') THEN 'uncertain' ELSE 'running' END,
        uncertain_count = uncertain_count + (state = 'attempting')::int,
        reclaim_seconds = CASE WHEN lease_until IS NULL THEN reclaim_seconds ELSE greatest(
            coalesce(reclaim_seconds, 0),
            extract(epoch FROM clock_timestamp() - (lease_until - CAST(:lease AS interval)))) END,
        fence = fence + 1, tries = tries + 1, lease_owner = :owner,
        lease_until = clock_timestamp() + CAST(:lease AS interval)
    WHERE id = :id AND finished_at IS NULL AND deadline > clock_timestamp() AND tries < max_tries AND (
        (state IN ('pending', 'uncertain') AND lease_owner IS NULL AND not_before <= clock_timestamp())
        OR (lease_owner IS NOT NULL AND lease_until < clock_timestamp()))
    RETURNING id, kind, payload, fence, tries, state = 'uncertain' AS uncertain, site_id, tenant_id, created_at
    """
)


def claim(session: Session, job_id: UUID, owner: str) -> Claim | None:
    """The job, leased for ten seconds; None when it is finished, given up, not due, expired or somebody else's."""
    row = session.execute(_CLAIM, {"id": job_id, "owner": owner, "lease": LEASE}).one_or_none()
    return None if row is None else Claim(**row._mapping)


_RENEW = text(
    """
    UPDATE outbox_job SET lease_until = clock_timestamp() + CAST(:lease AS interval)
    WHERE id = :id AND fence = :fence AND lease_owner IS NOT NULL AND lease_until > clock_timestamp()
    """
)


def renew(session: Session, job: Claim) -> bool:
    """False when the lease is lost."""
    renewed = session.execute(_RENEW, {"id": job.id, "fence": job.fence, "lease": LEASE})
    return bool(renewed.rowcount == 1)  # type: ignore[attr-defined]


_HOLD = text("SELECT 1 FROM outbox_job WHERE id = :id AND fence = :fence AND lease_owner IS NOT NULL FOR UPDATE")


def hold(session: Session, job: Claim) -> None:
    """Locks the job's row until commit, so that nobody can claim it in between. Raises LeaseLost."""
    if session.execute(_HOLD, {"id": job.id, "fence": job.fence}).one_or_none() is None:
        raise LeaseLost(job.kind)


def begin_attempt(session: Session, job: Claim) -> None:
    """Marks that an outside call is about to leave: from here on a lost worker leaves an uncertain job."""
    _settle(session, job, "state = 'attempting', attempts = attempts + 1")


def finish(session: Session, job: Claim) -> None:
    _settle(session, job, f"state = 'done', finished_at = clock_timestamp(), last_error = NULL, {_RELEASE}")


def fail(session: Session, job: Claim, error: str) -> None:
    """Gives the job up for good; `error` is a code."""
    _settle(
        session,
        job,
        f"state = 'failed', finished_at = clock_timestamp(), last_error = :error, {_RELEASE}",
        error=error,
    )


def try_again(session: Session, job: Claim, error: str, wait: timedelta) -> None:
    """Back to pending after `wait`, or failed once its tries are used up."""
    _settle(session, job, _AGAIN.format(state="pending", release=_RELEASE), error=error, wait=wait)


def make_uncertain(session: Session, job: Claim, error: str, wait: timedelta) -> None:
    """The outside call's fate is unknown: look it up after `wait`."""
    count = "" if job.uncertain else "uncertain_count = uncertain_count + 1, "
    _settle(session, job, count + _AGAIN.format(state="uncertain", release=_RELEASE), error=error, wait=wait)


_RELEASE = "lease_owner = NULL, lease_until = NULL, hinted_at = NULL"
_AGAIN = """
    state = CASE WHEN tries >= max_tries THEN 'failed' ELSE '{state}' END,
    finished_at = CASE WHEN tries >= max_tries THEN clock_timestamp() END,
    not_before = clock_timestamp() + CAST(:wait AS interval), last_error = :error, {release}
"""


def _settle(session: Session, job: Claim, change: str, **values: object) -> None:
    statement = text(  # `change` is one of the constants above
        f"UPDATE outbox_job SET {change} WHERE id = :id AND fence = :fence AND lease_owner IS NOT NULL"  # noqa: S608
    )
    result = session.execute(statement, {"id": job.id, "fence": job.fence, **values})
    if result.rowcount != 1:  # type: ignore[attr-defined]
        raise LeaseLost(job.kind)
