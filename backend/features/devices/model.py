from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from backend.kernel.ids import DeviceId, DoorId, GateId, SiteId, TenantId


class DeviceKind(Enum):
    GATE_TERMINAL = "gate_terminal"
    """A lane's camera and barrier behind one controller."""
    DOOR_CONTROLLER = "door_controller"
    """A door's reader and lock."""
    CARD_READER = "card_reader"
    """Reads identity cards at a counter."""


class Direction(Enum):
    ENTRY = "in"
    EXIT = "out"


@dataclass(frozen=True)
class Device:
    id: DeviceId
    tenant_id: TenantId
    site_id: SiteId
    gate_id: GateId | None
    kind: DeviceKind
    direction: Direction | None
    name: str
    last_seen_at: datetime | None
    one_car_seconds: int = 8
    """Pictures of this lane that lie no further apart may be of one car."""
    door_id: DoorId | None = None


@dataclass(frozen=True)
class EventHeader:
    """The envelope of whatever a device reports."""

    event_id: UUID
    """Made by the device, once for each event: the key that makes a repeat harmless."""
    boot_id: UUID
    counter: int
    """Counts up within one boot; a missing number is a gap."""
    occurred_at: datetime
    sent_at: datetime
    """The device's clock when it sent: the difference to ours is its drift."""
    kind: str


class CommandKind(Enum):
    OPEN_BARRIER = "open_barrier"
    OPEN_DOOR = "open_door"


class CommandOutcome(Enum):
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Command:
    id: UUID
    kind: CommandKind
    passage_id: UUID | None
    issued_at: datetime
    expires_at: datetime
    """After this instant the device must not act: the barrier would open for somebody else."""


@dataclass(frozen=True)
class Told:
    """What became of a command so far."""

    expires_at: datetime
    outcome: CommandOutcome | None
    """None until the device has said."""
