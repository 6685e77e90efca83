"""Housekeeping: checkpoints of the audit chain, next month's partitions, deletion after its term."""

from datetime import timedelta
from itertools import islice

import structlog
from sqlalchemy import text

from backend.features.media import service as media
from backend.features.upkeep.jobs import ApplyRetention, PreparePartitions, SignCheckpoints, SweepMedia
from backend.infrastructure.audit.checkpoints import copy_to_witness, make_checkpoints
from backend.infrastructure.audit.entry import Subject
from backend.retention import expired_media, purge_once
from workers.running import JobRun

log = structlog.get_logger()

UNOWNED_FOR = timedelta(days=1)
SWEPT_AT_ONCE = 500
MONTHS_AHEAD = 2
MONTH = timedelta(days=31)


def sign_checkpoints(job: SignCheckpoints, run: JobRun) -> None:
    """Copied out before the job is done: a copy that failed is made again."""
    with run.work() as work:
        rows = make_checkpoints(work.session, run.platform.crypto, work.now)
    copy_to_witness(rows, run.platform.crypto, run.platform.settings.audit_witness_dir)


def prepare_partitions(job: PreparePartitions, run: JobRun) -> None:
    with run.work() as work:
        for ahead in range(MONTHS_AHEAD + 1):
            month = (job.tick + MONTH * ahead).date()
            work.session.execute(text("SELECT ensure_capture_partition(:month)"), {"month": month})
        run.done(work)


def apply_retention(job: ApplyRetention, run: JobRun) -> None:
    """In small transactions, each recorded with what it deleted: the record is the proof of deletion."""
    more = True
    while more:
        with run.work() as work:
            expired = expired_media(work.session, work.now)
        for name in expired:
            run.platform.media.delete(name)
        with run.work() as work:
            purged = purge_once(work.session, work.now, expired)
            if purged.counts:
                work.record("retention.purged", Subject("retention", None), counts=purged.counts)
        more = purged.more


def sweep_media(job: SweepMedia, run: JobRun) -> None:
    """Deletes bytes that no row owns: a process killed between storing a picture and its row leaves such.

    No row will come for them any more: a request does not last a day.
    """
    names = run.platform.media.names(job.tick - UNOWNED_FOR)
    for batch in iter(lambda: list(islice(names, SWEPT_AT_ONCE)), []):
        with run.look() as work:
            unowned = set(batch) - media.owned(work.session, batch)
        for name in unowned:
            run.platform.media.delete(name)
        if unowned:
            log.warning("bytes without a row deleted", count=len(unowned))
