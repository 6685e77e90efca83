"""A copy of everything that is kept about one resident: read in one transaction, packed outside of any."""

from backend.features.residents import service as residents
from backend.features.rights import service as rights
from backend.features.rights.jobs import MakeExport
from backend.pages.own_file import Whose, read_own_file
from workers.running import JobRun


def make_export(job: MakeExport, run: JobRun) -> None:
    with run.look() as work:
        resident_id = rights.owner_of(work.session, job.export_id)
        if resident_id is None:
            return
        whose = Whose(resident_id, residents.identities(work.session, resident_id))
        sections, now = read_own_file(work.session, whose, work.now), work.now
    body = rights.archive(sections, now)
    with run.work() as work:
        rights.keep_export(work, job.export_id, body)
        run.done(work)
