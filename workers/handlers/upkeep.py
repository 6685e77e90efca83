"""Housekeeping: checkpoints of the audit chain, next month's partitions, deletion after its term."""

from datetime import timedelta

from sqlalchemy import text

from backend.features.upkeep.jobs import ApplyRetention, PreparePartitions, SignCheckpoints
from backend.infrastructure.audit.checkpoints import copy_to_witness, make_checkpoints
from backend.infrastructure.audit.entry import Subject
from backend.retention import expired_media, purge_once
from workers.running import JobRun

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
