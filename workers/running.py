"""Running one job: claim it, keep its lease, call its handler, settle it. The same for RQ and the direct runner."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from backend.infrastructure.http.platform import Platform
from backend.infrastructure.metrics import JOB_SECONDS
from backend.infrastructure.outbox import leases
from backend.infrastructure.outbox.leases import Claim, LeaseLost
from backend.infrastructure.unit_of_work import Work, unit_of_work
from backend.kernel.errors import Refusal
from backend.kernel.identity import Actor, Scope, system_actor
from backend.kernel.jobs import Job
from workers.keeper import LeaseKeeper

log = structlog.get_logger()

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=5)


class TryAgain(Exception):
    """The handler wants another try; `code` is kept, `wait` overrides the usual back-off."""

    def __init__(self, code: str, wait: timedelta | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.wait = wait


class GiveUp(Exception):
    """No further try can help."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Uncertain(Exception):
    """An outside call may have happened: look it up after `wait` before anything is sent again."""

    def __init__(self, code: str, wait: timedelta) -> None:
        super().__init__(code)
        self.code = code
        self.wait = wait


class JobRun:
    """What a handler gets beside its job."""

    def __init__(self, platform: Platform, claim: Claim) -> None:
        self.platform = platform
        self.claim = claim
        self.settled = False
        self.attempting = False
        sites = () if claim.site_id is None else (claim.site_id,)
        self.actor = system_actor(claim.tenant_id, sites)

    @property
    def within(self) -> Scope:
        return self.actor.scope

    @property
    def uncertain(self) -> bool:
        return self.claim.uncertain

    @contextmanager
    def look(self) -> Iterator[Work]:
        """For reading alone, before the work proper: no fence, hence no lock, and no commit that waits for a disk."""
        with unit_of_work(self.platform.database, self.actor) as work:
            yield work

    @contextmanager
    def long_work(self, actor: Actor) -> Iterator[Work]:
        """For transactions of many seconds, which must end with `done`: it checks the fence, and until then the
        lease can be renewed. `actor` is whoever asked for the job: the record names them.
        """
        with unit_of_work(self.platform.database, actor) as work:
            yield work

    @contextmanager
    def work(self) -> Iterator[Work]:
        """A unit of work under this run's fence: it commits only while the lease is ours. Raises LeaseLost."""
        with unit_of_work(self.platform.database, self.actor) as work:
            leases.hold(work.session, self.claim)
            yield work

    def done(self, work: Work) -> None:
        """Finishes the job in the same transaction as what it did: never the one without the other."""
        leases.finish(work.session, self.claim)
        self.settled = True

    def give_up(self, work: Work, code: str) -> None:
        """Ends the job for good, in the same transaction as the record of why."""
        leases.fail(work.session, self.claim, code)
        self.settled = True

    def begin_attempt(self) -> None:
        """To be called, and committed, immediately before an outside call leaves."""
        with self.work() as work:
            leases.begin_attempt(work.session, self.claim)
        self.attempting = True


Handler = Callable[[Any, JobRun], None]


@dataclass(frozen=True)
class Route:
    """A job's class and who handles it."""

    job: type[Job]
    handler: Handler


Registry = Mapping[str, Route]


class Runner:
    def __init__(self, platform: Platform, registry: Registry, keeper: LeaseKeeper, owner: str) -> None:
        self._platform = platform
        self._registry = registry
        self._keeper = keeper
        self.owner = owner

    def run(self, job_id: UUID) -> bool:
        """True when this call ran the job; False when there was nothing to claim."""
        with self._platform.database.sessions.begin() as session:
            claim = leases.claim(session, job_id, self.owner)
        if claim is None:
            return False
        route = self._registry[claim.kind]
        started = time.perf_counter()
        with self._keeper.keeping(claim, route.job.time_limit):
            outcome = self._call(route, JobRun(self._platform, claim))
        seconds = time.perf_counter() - started
        JOB_SECONDS.labels(claim.kind, outcome).observe(seconds)
        log.info(
            "job", kind=claim.kind, job=str(claim.id), outcome=outcome, tries=claim.tries, ms=round(seconds * 1000, 1)
        )
        return True

    def _call(self, route: Route, run: JobRun) -> str:
        try:
            route.handler(route.job.from_payload(run.claim.payload), run)
            if not run.settled:
                with run.work() as work:
                    run.done(work)
            return "done"
        except LeaseLost:
            return "lease_lost"
        except Exception as failure:  # noqa: BLE001 - whatever broke, the promise must be settled or left to its lease
            return self._settle(run, failure)

    def _settle(self, run: JobRun, failure: Exception) -> str:
        try:
            with self._platform.database.sessions.begin() as session:
                return _settled(run, session, failure)
        except LeaseLost:
            return "lease_lost"
        except SQLAlchemyError:
            # The database is away: the lease runs out and the job is claimed again.
            return "left_to_lease"


def _settled(run: JobRun, session: Any, failure: Exception) -> str:
    match failure:
        case GiveUp():
            leases.fail(session, run.claim, failure.code)
            return "failed"
        case Uncertain():
            leases.make_uncertain(session, run.claim, failure.code, failure.wait)
            return "uncertain"
        case TryAgain():
            leases.try_again(session, run.claim, failure.code, failure.wait or back_off(run.claim.tries))
        case _:
            return _broken(run, session, failure)
    return "again"


def _broken(run: JobRun, session: Any, failure: Exception) -> str:
    """An unforeseen failure; once a call has left, only a look-up may tell whether it arrived."""
    _log_where(failure, run)
    code = failure.code if isinstance(failure, Refusal) else type(failure).__name__
    if run.attempting:
        leases.make_uncertain(session, run.claim, code, back_off(run.claim.tries))
        return "uncertain"
    leases.try_again(session, run.claim, code, back_off(run.claim.tries))
    return "again"


def _log_where(failure: Exception, run: JobRun) -> None:
    """The place and the class; a message may quote personal data."""
    at = failure.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    where = f"{at.tb_frame.f_code.co_name}:{at.tb_lineno}" if at else "?"
    log.error("job broke", kind=run.claim.kind, job=str(run.claim.id), error=type(failure).__name__, at=where)


def back_off(tries: int) -> timedelta:
    """1, 2, 4, … seconds, at most five minutes."""
    return min(FIRST_WAIT * 2.0 ** min(tries - 1, 16), LONGEST_WAIT)
