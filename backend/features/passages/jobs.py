from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from backend.kernel.jobs import Job, Queue


@dataclass(frozen=True)
class RecognisePlate(Job):
    kind: ClassVar[str] = "passages.recognise_plate"
    queue: ClassVar[Queue] = Queue.RECOGNITION
    urgent: ClassVar[bool] = True
    time_limit: ClassVar[timedelta] = timedelta(seconds=20)

    capture_id: UUID
    received_at: datetime
    """With the id it names the row without searching every month's partition."""


@dataclass(frozen=True)
class RecogniseLatePlate(RecognisePlate):
    """For a car that has driven on: a gate that was cut off sends thousands, and no live one may wait for them."""

    kind: ClassVar[str] = "passages.recognise_late_plate"
    urgent: ClassVar[bool] = False
