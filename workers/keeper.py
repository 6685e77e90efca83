"""Keeps the leases of the jobs that this process runs, and ends the process when one outstays its limit.

A job in native code cannot be interrupted from Python; the process can, and its lease does the rest.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from backend.infrastructure.outbox import leases
from backend.infrastructure.outbox.leases import RENEW_EVERY, Claim
from backend.infrastructure.unit_of_work import Database

log = structlog.get_logger()

WATCHDOG_EXIT = 70


class LeaseKeeper:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._kept: dict[tuple[UUID, int], tuple[Claim, float]] = {}
        threading.Thread(target=self._run, name="lease-keeper", daemon=True).start()

    @contextmanager
    def keeping(self, claim: Claim, time_limit: timedelta) -> Iterator[None]:
        key = (claim.id, claim.fence)
        with self._lock:
            self._kept[key] = (claim, time.monotonic() + time_limit.total_seconds())
        try:
            yield
        finally:
            with self._lock:
                del self._kept[key]

    def _run(self) -> None:
        while True:
            time.sleep(RENEW_EVERY.total_seconds())
            with self._lock:
                kept = list(self._kept.values())
            for claim, until in kept:
                if time.monotonic() > until:
                    self._end_process(claim)
                self._renew(claim)

    def _renew(self, claim: Claim) -> None:
        try:
            with self._database.sessions.begin() as session:
                leases.renew(session, claim)
        except SQLAlchemyError as failure:
            log.warning("lease not renewed", error=type(failure).__name__)

    def _end_process(self, claim: Claim) -> None:
        with self._lock:
            if (claim.id, claim.fence) not in self._kept:
                return
        log.error("time limit passed, ending the process", kind=claim.kind, job=str(claim.id))
        os._exit(WATCHDOG_EXIT)
