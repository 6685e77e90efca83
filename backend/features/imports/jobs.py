from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from backend.kernel.jobs import Job


@dataclass(frozen=True)
class CheckImport(Job):
    """The dry run: reads everything, writes nothing but what is wrong."""

    kind: ClassVar[str] = "imports.check"
    time_limit: ClassVar[timedelta] = timedelta(minutes=3)
    max_tries: ClassVar[int] = 3

    import_id: UUID


@dataclass(frozen=True)
class ApplyImport(Job):
    kind: ClassVar[str] = "imports.apply"
    time_limit: ClassVar[timedelta] = timedelta(minutes=3)
    max_tries: ClassVar[int] = 3

    import_id: UUID
