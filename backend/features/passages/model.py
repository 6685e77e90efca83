from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from uuid import UUID

from backend.features.devices.model import Direction
from backend.kernel.ids import CaptureId, DeviceId, GateId, PassageId, SiteId, TenantId, VehicleId, VisitId


@dataclass(frozen=True)
class Capture:
    """A gate's photo and its envelope, as received."""

    id: CaptureId
    tenant_id: TenantId
    site_id: SiteId
    gate_id: GateId
    device_id: DeviceId
    direction: Direction
    media_id: UUID
    occurred_at: datetime
    received_at: datetime


@dataclass(frozen=True)
class Character:
    """One character of a plate, how sure the engine is of it, and what else it could be, likeliest first."""

    text: str
    probability_0_1: float
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class PlateBox:
    """Where the plate is, in pixels of the upright picture."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True)
class PlateObservation:
    """What an engine or a person says the plate is. No plate found: `text` is None."""

    text: str | None
    certain: bool
    """In the accepted band, or said by a person: may be acted on."""
    confidence_0_1: float
    engine: str
    colour: str | None = None
    kind: str | None = None
    alternatives: tuple[tuple[str, float], ...] = ()
    read_ms: float = 0.0
    said_by_person: bool = False
    """A guard stands before the car: the photo's age does not matter then."""
    engine_version: str = ""
    characters: tuple[Character, ...] = ()
    """One for each letter of `text`, where the engine tells."""
    box: PlateBox | None = None
    media_id: UUID | None = None
    """The picture that it was read in."""

    @property
    def spelled(self) -> tuple[Character, ...]:
        """The characters, the weakest as sure as the plate as a whole.

        An engine that looked several times may doubt the plate more than any character of its best look; one that
        tells of no characters doubts all of them alike.
        """
        if not self.characters:
            return tuple(Character(letter, self.confidence_0_1) for letter in self.text or "")
        weakest = min(character.probability_0_1 for character in self.characters)
        share = min(1.0, self.confidence_0_1 / weakest) if weakest else 1.0
        return tuple(replace(one, probability_0_1=one.probability_0_1 * share) for one in self.characters)


class VehicleType(Enum):
    """Kinds of vehicles that gate cameras tell apart."""

    CAR = "car"
    SUV = "suv"
    MPV = "mpv"
    VAN = "van"
    BUS = "bus"
    PICKUP = "pickup"
    LIGHT_TRUCK = "light_truck"
    HEAVY_TRUCK = "heavy_truck"
    MOTORCYCLE = "motorcycle"
    TRICYCLE = "tricycle"


class BodyColour(Enum):
    BLACK = "black"
    WHITE = "white"
    GREY = "grey"
    SILVER = "silver"
    RED = "red"
    BLUE = "blue"
    YELLOW = "yellow"
    GREEN = "green"
    BROWN = "brown"
    PINK = "pink"
    PURPLE = "purple"
    ORANGE = "orange"


class Heading(Enum):
    """Which way the car drives, as the camera sees it."""

    APPROACHING = "approaching"
    RECEDING = "receding"
    STANDING = "standing"


@dataclass(frozen=True)
class VehicleSeen:
    """What the camera itself says of the vehicle. Its word, not ours: it opens nothing; unsaid stays None."""

    type: VehicleType | None = None
    colour: BodyColour | None = None
    brand: str | None = None
    heading: Heading | None = None
    speed_kmh: float | None = None


class AdmitReason(Enum):
    RESIDENT_VEHICLE = "resident_vehicle"
    VISITOR = "visitor"
    LEAVING = "leaving"


class AskReason(Enum):
    """Why a person decides instead of the machine."""

    NO_PLATE = "no_plate"
    PLATE_UNCERTAIN = "plate_uncertain"
    UNKNOWN_VEHICLE = "unknown_vehicle"
    VISIT_NOT_YET = "visit_not_yet"
    VISIT_OVER = "visit_over"
    VISIT_USED_UP = "visit_used_up"
    VISIT_CANCELLED = "visit_cancelled"
    VISIT_PENDING = "visit_pending"
    VISIT_REFUSED = "visit_refused"
    VISIT_WRONG_DAY = "visit_wrong_day"
    VISIT_OUTSIDE_HOURS = "visit_outside_hours"
    VISIT_DAY_USED_UP = "visit_day_used_up"
    VISIT_CLOSED_HOURS = "visit_closed_hours"
    PHOTO_LATE = "photo_late"
    PICTURE_UNUSABLE = "picture_unusable"


@dataclass(frozen=True)
class Admit:
    reason: AdmitReason
    visit_id: VisitId | None = None
    vehicle_id: VehicleId | None = None


@dataclass(frozen=True)
class AskGuard:
    reason: AskReason
    visit_id: VisitId | None = None


Decision = Admit | AskGuard


class Credential(Enum):
    """What the person came with."""

    PLATE = "plate"
    QR = "qr"
    CODE = "code"
    HAND = "hand"
    """Nothing: a guard opened."""


class PassageState(Enum):
    READING = "reading"
    """The photo is here, no decision yet: the guard sees it already, and may open without waiting."""
    WAITING = "waiting"
    """A person has to decide."""
    OPENED = "opened"
    TURNED_AWAY = "turned_away"
    JOINED = "joined"
    """Another picture of a car whose passage was there already: see `joined_to`."""


class HandReason(Enum):
    """The guard's preset reasons for opening by hand."""

    HOST_CONFIRMED = "host_confirmed"
    PLATE_MISREAD = "plate_misread"
    DELIVERY = "delivery"
    EMERGENCY_VEHICLE = "emergency_vehicle"
    EMERGENCY = "emergency"
    DEVICE_FAULT = "device_fault"
    LEAVING = "leaving"
    OTHER = "other"


@dataclass(frozen=True)
class Passage:
    id: PassageId
    tenant_id: TenantId
    site_id: SiteId
    gate_id: GateId
    device_id: DeviceId
    direction: Direction
    credential: Credential
    capture_id: UUID | None
    media_id: UUID | None
    plate: str | None
    confidence_0_1: float | None
    alternatives: tuple[tuple[str, float], ...]
    engine: str | None
    state: PassageState
    reason: str | None
    """An AdmitReason, AskReason or PassFault: what the machine said; None while it reads."""
    hand_reason: HandReason | None
    reason_owed: bool
    """Opened in an emergency; the reason is still to be given."""
    decided_by: UUID | None
    """The guard, where a person decided."""
    visit_id: VisitId | None
    vehicle_id: VehicleId | None
    occurred_at: datetime
    created_at: datetime
    decided_at: datetime | None
    seen_until: datetime
    """When the last picture of this car was taken."""
    captures: int
    """How many pictures of the car this passage has."""
    joined_to: UUID | None
    vehicle: VehicleSeen


class ReviewOutcome(Enum):
    """What a person made of a doubtful reading."""

    CONFIRMED = "confirmed"
    CORRECTED = "corrected"


@dataclass(frozen=True)
class ReviewedReading:
    """A picture's plate as a person says it is, beside what the engine read."""

    said: str
    read: str | None
    engine: str
    engine_version: str
    confidence_0_1: float
    box: PlateBox
    media_id: UUID
    occurred_at: datetime
