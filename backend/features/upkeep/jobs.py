"""Housekeeping by the clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from backend.kernel.jobs import Job


@dataclass(frozen=True)
class SignCheckpoints(Job):
    kind: ClassVar[str] = "upkeep.sign_checkpoints"
    lifetime: ClassVar[timedelta] = timedelta(minutes=10)

    tick: datetime


@dataclass(frozen=True)
class PreparePartitions(Job):
    kind: ClassVar[str] = "upkeep.prepare_partitions"

    tick: datetime


@dataclass(frozen=True)
class ApplyRetention(Job):
    kind: ClassVar[str] = "upkeep.apply_retention"
    time_limit: ClassVar[timedelta] = timedelta(minutes=10)

    tick: datetime


@dataclass(frozen=True)
class SweepMedia(Job):
    kind: ClassVar[str] = "upkeep.sweep_media"
    time_limit: ClassVar[timedelta] = timedelta(minutes=30)

    tick: datetime
