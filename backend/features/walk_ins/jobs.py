from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from backend.kernel.jobs import Job


@dataclass(frozen=True)
class EscalateWalkIn(Job):
    """Due when a question has waited long enough: the next is asked. Answered meanwhile, it does nothing."""

    kind: ClassVar[str] = "walk_ins.escalate"
    urgent: ClassVar[bool] = True
    max_tries: ClassVar[int] = 20
    time_limit: ClassVar[timedelta] = timedelta(seconds=10)

    walk_in_id: UUID
    stage: str
    """A WalkInState: the stage that has lasted long enough."""
