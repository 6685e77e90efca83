"""A question at the gate that nobody has answered in time."""

from backend.features.walk_ins import service as walk_ins
from backend.features.walk_ins.jobs import EscalateWalkIn
from backend.features.walk_ins.model import WalkInState
from workers.running import JobRun


def escalate(job: EscalateWalkIn, run: JobRun) -> None:
    """The step and the job's end commit together: a worker that is killed leaves both undone."""
    with run.work() as work:
        walk_ins.escalate(work, run.within, job.walk_in_id, WalkInState(job.stage))
        run.done(work)
