from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from backend.kernel.jobs import Job, WhenUncertain


@dataclass(frozen=True)
class SendNotice(Job):
    kind: ClassVar[str] = "notices.send"
    urgent: ClassVar[bool] = True
    max_tries: ClassVar[int] = 12
    time_limit: ClassVar[timedelta] = timedelta(seconds=30)
    when_uncertain: ClassVar[WhenUncertain] = WhenUncertain.RESEND

    notice_id: UUID


@dataclass(frozen=True)
class FetchReceipt(Job):
    """Asks the provider what became of an accepted notice, for providers that push no receipt."""

    kind: ClassVar[str] = "notices.fetch_receipt"
    max_tries: ClassVar[int] = 6
    time_limit: ClassVar[timedelta] = timedelta(seconds=30)

    notice_id: UUID
