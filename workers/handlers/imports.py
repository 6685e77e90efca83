"""A file on its way into a register: read outside any transaction, looked through or written inside one."""

import time
from uuid import UUID

from backend.features.imports import service as imports
from backend.features.imports.errors import RegisterMoved
from backend.features.imports.jobs import ApplyImport, CheckImport
from backend.features.imports.model import Import, ImportState
from backend.features.imports.reading import Table
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.errors import Refusal
from backend.kernel.identity import Actor, ActorKind
from workers.running import JobRun

PROGRESS_EVERY_SECONDS = 0.5


class ShownProgress:
    """Written beside the transaction of the import, so that the page sees it; not for every row."""

    def __init__(self, run: JobRun, task: Import) -> None:
        self._run = run
        self._task = task
        self._last = time.monotonic()

    def __call__(self, row_count: int, rows_done: int) -> None:
        if time.monotonic() - self._last >= PROGRESS_EVERY_SECONDS:
            with unit_of_work(self._run.platform.database, self._run.actor) as work:
                imports.note_progress(work, self._run.within, self._task.id, row_count, rows_done)
            self._last = time.monotonic()


def check_import(job: CheckImport, run: JobRun) -> None:
    opened = _open(job.import_id, run, ImportState.CHECKING)
    if opened is None:
        return
    task, table = opened
    with run.long_work(_asker(task, run)) as work:
        imports.look_through(work, run.platform.crypto, run.within, task, table, ShownProgress(run, task))
        run.done(work)


def apply_import(job: ApplyImport, run: JobRun) -> None:
    opened = _open(job.import_id, run, ImportState.WRITING)
    if opened is None:
        return
    task, table = opened
    try:
        with run.long_work(_asker(task, run)) as work:
            imports.write(work, run.platform.crypto, run.within, task, table, ShownProgress(run, task))
            run.done(work)
    except RegisterMoved:
        with run.work() as work:
            imports.ask_again(work, run.within, task.id)
            run.done(work)


def _open(import_id: UUID, run: JobRun, state: ImportState) -> tuple[Import, Table] | None:
    """The import and its table; None when there is nothing to do for it any more."""
    with run.look() as work:
        task = imports.get(work.session, run.within, import_id)
        body = imports.read_content(work.session, run.within, import_id) if task.state is state else b""
    if task.state is not state:
        return None
    try:
        return task, imports.readable(task.register, body)
    except Refusal as refusal:
        with run.work() as work:
            imports.note_unreadable(work, run.within, task.id, refusal)
            run.done(work)
        return None


def _asker(task: Import, run: JobRun) -> Actor:
    """Whoever sent the file, within its site: the changes are theirs."""
    return Actor(ActorKind.STAFF, task.requested_by, task.tenant_id, scope=run.within)
