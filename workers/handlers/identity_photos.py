"""The end of a document's photo, whatever became of its reading. Apart from the reading: it needs no engine."""

from backend.features.identity_records import service as records
from backend.features.identity_records.jobs import DropIdentityPhoto
from workers.running import JobRun


def drop_photo(job: DropIdentityPhoto, run: JobRun) -> None:
    with run.work() as work:
        records.drop_photo(work, run.within, job.record_id)
        run.done(work)
