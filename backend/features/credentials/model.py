"""What lets somebody through a door: of which kind, whose, how far it can be trusted, and in which state."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import NewType
from uuid import UUID

from backend.features.employees.model import Duty
from backend.features.sites.model import ZoneKind
from backend.kernel.ids import BuildingId, EmployeeId, PersonId, SiteId, UnitId

CredentialId = NewType("CredentialId", UUID)


class CredentialKind(Enum):
    """Cards and PINs are issued here. A plate stands in the register of vehicles and a QR in a visit's pass; templates
    of faces, fingers and palms would be kept by the machine that takes them, and none is connected.
    """

    CARD = "card"
    PIN = "pin"
    QR = "qr"
    PLATE = "plate"
    FACE = "face"
    FINGERPRINT = "fingerprint"
    PALM = "palm"


ISSUABLE = frozenset({CredentialKind.CARD, CredentialKind.PIN})


class Assurance(Enum):
    LOW = "low"
    """The reader sees a number that can be copied (UID only)."""
    STANDARD = "standard"
    """The reader has checked the card's key."""


class CredentialState(Enum):
    ISSUED = "issued"
    SUSPENDED = "suspended"
    LOST = "lost"
    RETURNED = "returned"
    REVOKED = "revoked"


ENDED = frozenset({CredentialState.RETURNED, CredentialState.REVOKED})


class Reason(Enum):
    """Every reason for which a credential stops opening. There is no other, and none of them is money."""

    LOST = "lost"
    STOLEN = "stolen"
    OWN_WISH = "own_wish"
    MOVED_OUT = "moved_out"
    """Of a resident, the home has ended; of staff, the employment."""
    MISUSE = "misuse"
    """Copied, lent for a break-in and the like; with a written account, and only after notice."""
    REPLACED = "replaced"
    RETURNED = "returned"


class Asker(Enum):
    """On whose word something is to be done."""

    HOLDER = "holder"
    PROPERTY = "property"
    LANDLORD = "landlord"
    SPOUSE = "spouse"
    OTHER = "other"


@dataclass(frozen=True)
class Holder:
    """Exactly one of the two is set: a resident of the register, or a member of staff."""

    person_id: PersonId | None = None
    employee_id: EmployeeId | None = None

    @property
    def id(self) -> UUID:
        found = self.person_id or self.employee_id
        if found is None:
            raise ValueError("a holder is a person or an employee")
        return found


@dataclass(frozen=True)
class Withdrawal:
    """Why a credential shall stop opening, and who says so."""

    reason: Reason
    asker: Asker
    account: str = field(default="", repr=False)
    """What happened, in writing; needed for misuse."""


@dataclass(frozen=True)
class Credential:
    id: CredentialId
    site_id: SiteId
    kind: CredentialKind
    holder: Holder
    tail: str
    """The last four characters of a card's number; empty for a PIN."""
    assurance: Assurance
    state: CredentialState
    reason: Reason | None
    issued_at: datetime
    changed_at: datetime


@dataclass(frozen=True)
class Place:
    """Where a door is. All None: a gate of the whole site."""

    unit_id: UnitId | None = None
    building_id: BuildingId | None = None
    zone: ZoneKind | None = None


@dataclass(frozen=True)
class Right:
    """What the registers say of a holder today."""

    homes: frozenset[tuple[BuildingId, UnitId]] = frozenset()
    duty: Duty | None = None
    """None for whoever does not work here, or no more."""
    collects: bool = False
    """Stands by a child who comes here: may hold a card for collecting it, which opens no door."""


class Denial(Enum):
    """Why a door stays shut.."""

    UNKNOWN = "card_unknown"
    LOST = "card_lost"
    SUSPENDED = "card_suspended"
    ENDED = "card_ended"
    NO_HOME = "card_no_home"
    NOT_HERE = "card_not_here"
    PIN_NEEDED = "card_pin_needed"
    PIN_WRONG = "card_pin_wrong"
    PIN_LOCKED = "card_pin_locked"
    LATE = "card_late"
    NOT_LISTED = "card_not_listed"
    """The door was without a network, and the card was not on the list that it held."""


class DoorEventKind(Enum):
    CHECK = "check"
    FORCED = "forced"
    HELD_OPEN = "held_open"
    TAILGATED = "tailgated"


class DoorAlarm(Enum):
    """What a door reports without being asked."""

    FORCED = DoorEventKind.FORCED.value
    HELD_OPEN = DoorEventKind.HELD_OPEN.value
    TAILGATED = DoorEventKind.TAILGATED.value
    """The device has counted a second person or car behind one credential."""
