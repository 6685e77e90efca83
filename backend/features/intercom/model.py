"""A call from a door or a gate to a home: who was told, who answered, and what came of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import NewType
from uuid import UUID

from backend.kernel.ids import DeviceId, HouseholdId, MediaId, PersonId, ResidentId, SiteId, StaffId, TenantId

CallId = NewType("CallId", UUID)
RingId = NewType("RingId", UUID)


class CallState(Enum):
    RINGING = "ringing"
    ANSWERED = "answered"
    """Somebody of the household looks after it; the others are told so."""
    OPENED = "opened"
    DECLINED = "declined"
    MISSED = "missed"
    """Nobody decided in time: the guard's."""
    CLOSED = "closed"
    """The guard has spoken with whoever rang, and opened nothing."""
    UNKNOWN_ROOM = "unknown_room"
    """No such room, or several that the number could mean; it rang nowhere."""


OPEN_STATES = frozenset({CallState.RINGING, CallState.ANSWERED})


class Way(Enum):
    WECHAT = "wechat"
    PHONE = "phone"
    """A call that says so, or an SMS where no call can be made."""


class RingState(Enum):
    PROMISED = "promised"
    ACCEPTED = "accepted"
    FAILED = "failed"


class OpenReason(Enum):
    """Why a guard opens for somebody whom the household did not answer."""

    HOST_REACHED = "host_reached"
    LIVES_HERE = "lives_here"
    DELIVERY = "delivery"
    EMERGENCY = "emergency"
    OTHER = "other"


class Happening(Enum):
    """One line of a call's history."""

    CALLED = "called"
    TOLD = "told"
    NOT_TOLD = "not_told"
    ANSWERED = "answered"
    OPENED = "opened"
    DECLINED = "declined"
    MISSED = "missed"
    OPENED_BY_GUARD = "opened_by_guard"
    CLOSED_BY_GUARD = "closed_by_guard"


@dataclass(frozen=True)
class Call:
    id: CallId
    tenant_id: TenantId
    site_id: SiteId
    device_id: DeviceId
    household_id: HouseholdId | None
    media_id: MediaId | None
    state: CallState
    """As written; `rules.state_now` knows what has become of it by the clock."""
    started_at: datetime
    ends_at: datetime
    guard_from: datetime
    """From then on the guard is asked, too: at once where nobody of the household can open by phone."""
    answered_by: ResidentId | None = None
    decided_by: ResidentId | None = None
    guard_id: StaffId | None = None
    decided_at: datetime | None = None
    command_id: UUID | None = None
    reason: OpenReason | None = None


@dataclass(frozen=True)
class Ring:
    """One person is told of one call, in one way."""

    id: RingId
    call_id: CallId
    site_id: SiteId
    way: Way
    resident_id: ResidentId | None
    person_id: PersonId | None
    state: RingState

    @property
    def out_id(self) -> str:
        """Our own id at the provider, the same on every attempt."""
        return self.id.hex

    @property
    def serial(self) -> str:
        """Four digits by which a reader or listener recognises a repeat."""
        return f"{self.id.int % 10_000:04d}"


@dataclass(frozen=True)
class HistoryLine:
    what: Happening
    at: datetime
    resident_id: ResidentId | None = None
    staff_id: StaffId | None = None


@dataclass(frozen=True)
class Dialled:
    """What was typed at the station, and the picture that it took."""

    room: str
    media_ids: tuple[UUID, ...] = field(default=())
