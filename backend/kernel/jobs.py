"""Work to do later. A job is a frozen dataclass of ids and plain values: it travels through Redis as an id
and through PostgreSQL as JSON, so it never holds personal data.
"""

from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, ClassVar, Self, get_type_hints
from uuid import UUID


class Queue(Enum):
    """One queue a worker: RQ moves jobs atomically only for workers on a single queue."""

    DEFAULT = "default"
    RECOGNITION = "recognition"


class WhenUncertain(Enum):
    """What to do with an outside call of unknown fate that the provider does not know of either."""

    RESEND = "resend"
    """Silence is worse than a repeat: a child left, an alarm, a visitor's arrival."""
    GIVE_UP = "give_up"
    """A repeat is worse than silence: log-in codes (a new one is made instead)."""


@dataclass(frozen=True)
class Job:
    kind: ClassVar[str]
    queue: ClassVar[Queue] = Queue.DEFAULT
    urgent: ClassVar[bool] = False
    """Urgent kinds are run by the direct runner when no worker claims them within a second."""
    max_tries: ClassVar[int] = 8
    time_limit: ClassVar[timedelta] = timedelta(seconds=60)
    lifetime: ClassVar[timedelta] = timedelta(days=1)
    """After this the job is expired instead of run: a late barrier command would open for somebody else."""
    when_uncertain: ClassVar[WhenUncertain] = WhenUncertain.GIVE_UP

    def to_payload(self) -> dict[str, Any]:
        return {name: _plain(value) for name, value in asdict(self).items()}

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        hints = get_type_hints(cls)
        return cls(**{f.name: _typed(hints[f.name], payload[f.name]) for f in fields(cls)})


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return value


def _typed(hint: Any, value: Any) -> Any:
    hint = getattr(hint, "__supertype__", hint)
    if value is None or hint in (str, int, bool, float):
        return value
    if hint is UUID:
        return UUID(value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    raise TypeError(f"a job cannot carry {hint}")
