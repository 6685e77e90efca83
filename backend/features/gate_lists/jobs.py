from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from backend.kernel.jobs import Job


@dataclass(frozen=True)
class WatchGateLists(Job):
    """Finds the sites whose lists no longer say what is true, and promises to make those anew."""

    kind: ClassVar[str] = "gate_lists.watch"
    lifetime: ClassVar[timedelta] = timedelta(minutes=2)

    tick: datetime


@dataclass(frozen=True)
class BuildGateLists(Job):
    kind: ClassVar[str] = "gate_lists.build"
    lifetime: ClassVar[timedelta] = timedelta(minutes=10)

    of_site: UUID
