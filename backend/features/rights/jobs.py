from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from backend.kernel.jobs import Job


@dataclass(frozen=True)
class MakeExport(Job):
    """Everything kept about a resident, as a file for them."""

    kind: ClassVar[str] = "rights.make_export"
    time_limit: ClassVar[timedelta] = timedelta(minutes=2)

    export_id: UUID
