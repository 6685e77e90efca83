"""The direct runner: claims urgent jobs that nobody claimed within a second, without asking whether Redis is up."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from backend.infrastructure.outbox.hints import overdue_urgent
from backend.infrastructure.unit_of_work import Database
from workers.running import Registry, Runner

log = structlog.get_logger()

PATIENCE = timedelta(seconds=1)
"""Half of what the design allows: a loaded machine needs the rest for the work itself."""
LOOK_EVERY_SECONDS = 0.25


class DirectRunner:
    def __init__(self, database: Database, registry: Registry, runner: Runner, *, threads: int) -> None:
        self._database = database
        self._kinds = [kind for kind, route in registry.items() if route.job.urgent]
        self._runner = runner
        self._threads = threads
        self._running: dict[UUID, Future[bool]] = {}

    def run(self, stopping: threading.Event) -> None:
        with ThreadPoolExecutor(self._threads, thread_name_prefix="direct") as threads:
            while not stopping.wait(LOOK_EVERY_SECONDS):
                try:
                    self._submit(threads)
                except SQLAlchemyError as failure:
                    log.warning("direct runner waits", error=type(failure).__name__)

    def _submit(self, threads: ThreadPoolExecutor) -> None:
        self._running = {job: future for job, future in self._running.items() if not future.done()}
        with self._database.sessions() as session:
            overdue = overdue_urgent(session, self._kinds, PATIENCE)
        for job_id in overdue:
            if job_id not in self._running:
                self._running[job_id] = threads.submit(self._runner.run, job_id)
