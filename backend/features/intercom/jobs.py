from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from backend.kernel.jobs import Job, WhenUncertain


@dataclass(frozen=True)
class RingPhone(Job):
    """Tells one person; worth nothing once the call is over."""

    kind: ClassVar[str] = "intercom.ring"
    urgent: ClassVar[bool] = True
    max_tries: ClassVar[int] = 6
    time_limit: ClassVar[timedelta] = timedelta(seconds=20)
    lifetime: ClassVar[timedelta] = timedelta(seconds=40)
    when_uncertain: ClassVar[WhenUncertain] = WhenUncertain.RESEND

    ring_id: UUID


@dataclass(frozen=True)
class EndCall(Job):
    """Writes down that nobody answered, and shows it to the guard."""

    kind: ClassVar[str] = "intercom.end_call"
    urgent: ClassVar[bool] = True
    time_limit: ClassVar[timedelta] = timedelta(seconds=20)

    call_id: UUID
