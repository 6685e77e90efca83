from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from backend.kernel.jobs import Job, Queue


@dataclass(frozen=True)
class ReadIdentityCard(Job):
    kind: ClassVar[str] = "identity_records.read_card"
    queue: ClassVar[Queue] = Queue.RECOGNITION
    urgent: ClassVar[bool] = True
    max_tries: ClassVar[int] = 3
    time_limit: ClassVar[timedelta] = timedelta(seconds=20)
    lifetime: ClassVar[timedelta] = timedelta(minutes=8)

    record_id: UUID


@dataclass(frozen=True)
class DropIdentityPhoto(Job):
    """Promised with the upload itself, so that no photo outlives its ten minutes, whoever dies meanwhile."""

    kind: ClassVar[str] = "identity_records.drop_photo"
    urgent: ClassVar[bool] = True

    record_id: UUID
