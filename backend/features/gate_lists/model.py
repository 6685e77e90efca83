"""The signed list by which a gate or door decides while the network is away, and what came of its decisions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID

from backend.features.devices.model import Direction
from backend.kernel.ids import DeviceId, SiteId, VisitId

NO_GATE_BIT = 255
"""A door's: passes open gates."""


@dataclass(frozen=True)
class Place:
    """Where a terminal stands. It is part of what is signed: a list of another place is refused."""

    site_id: SiteId
    place_id: UUID
    """The gate's or the door's id."""
    device_id: DeviceId
    gate_bit: int = NO_GATE_BIT
    direction: Direction = Direction.ENTRY
    """A door's lock is on its outer side, so a door counts as a way in."""


class ListRowKind(Enum):
    CARD = 1
    PLATE = 2
    PASS = 3
    """A visit that is open: `key` is the pass's id; uses are those that are left."""
    REVOKED = 4
    """A pass whose signature still holds and which opens nothing any more."""


@dataclass(frozen=True)
class ListRow:
    kind: ListRowKind
    key: bytes
    """16 bytes: a keyed hash of a card's number or a plate, or a pass's id as it is."""
    valid_from: datetime
    valid_until: datetime
    """Exclusive."""
    uses: int = 0
    """Of a pass, how many entries are left; of no meaning elsewhere."""


@dataclass(frozen=True)
class GateList:
    place: Place
    version: int
    """Counts up for each terminal; a lower one than the one held is refused."""
    issued_at: datetime
    expires_at: datetime
    secret: bytes = field(repr=False)
    """32 bytes, new with every version: keys the hashes of this list alone."""
    pass_keys: Mapping[int, bytes]
    """Public halves, by version, of the keys that passes are signed with."""
    rows: tuple[ListRow, ...] = field(repr=False)


class ListFault(Enum):
    """Why a terminal does not take a list; it keeps the one it has."""

    UNREADABLE = "list_unreadable"
    """Not encrypted to this terminal, or changed on the way."""
    MALFORMED = "list_malformed"
    UNKNOWN_KEY = "list_unknown_key"
    """Signed with a key that came after enrolment: enrolling the same public key again brings the new one."""
    FORGED = "list_forged"
    WRONG_PLACE = "list_wrong_place"
    OLDER = "list_older"
    EXPIRED = "list_expired"


class OfflineReason(Enum):
    """What a terminal says by itself, beside the reasons that passes and visits have."""

    RESIDENT_CARD = "resident_card"
    PLATE_NOT_LISTED = "plate_not_listed"
    CARD_NOT_LISTED = "card_not_listed"
    PASS_NOT_LISTED = "pass_not_listed"
    """Genuine, made before the list and not on it: used up or over by the time the list was made."""
    NO_LIST = "offline_no_list"
    LIST_EXPIRED = "offline_list_expired"
    CLOCK_UNSURE = "offline_clock_unsure"


class Outcome(Enum):
    ADMITTED = "admitted"
    REFUSED = "refused"
    GUARD = "guard"
    """The terminal did not decide: guard mode."""


class OfflineCredential(Enum):
    PASS = "pass"
    CARD = "card"
    PLATE = "plate"
    HAND = "hand"
    """Nothing was shown: the guard opened."""


@dataclass(frozen=True)
class Shown:
    """What somebody showed to a terminal. A plate is what the terminal's own camera has read."""

    credential: OfflineCredential
    text: str = field(default="", repr=False)


@dataclass(frozen=True)
class Verdict:
    outcome: Outcome
    reason: str
    """An AdmitReason, PassFault, VisitFault or OfflineReason, by value."""
    pass_id: UUID | None = None
    """Of a genuine pass."""


@dataclass(frozen=True)
class OfflineEvent:
    """One decision as the terminal reports it, once it can."""

    shown: Shown
    outcome: Outcome
    """As it ended: what the guard opened in guard mode is admitted, with the guard's mode as its reason."""
    reason: str
    list_version: int | None
    """None: it held no list."""
    occurred_at: datetime
    unanswered: int | None = None
    """The counter of the online check that got no answer before the terminal decided alone."""


class Receipt(Enum):
    """What became of a reported decision."""

    KEPT = "kept"
    """Also for a repeat."""
    CHANGED = "changed"
    """Its id came before with another body; this one is kept apart for a person, and need not be sent again."""


class FindingKind(Enum):
    """What a person has to look at when a terminal's decisions are compared with what the platform knows."""

    GAP = "gap"
    DOUBLE_USE = "double_use"
    STALE = "stale"
    """Admitted what was stopped before: the terminal could not know, or had not heard."""
    EXPIRED_LIST = "expired_list"
    UNKNOWN = "unknown"
    """Admitted what the platform does not know at all."""
    CLOCK = "clock"


class AckReason(Enum):
    """The preset words with which a person closes a finding; the list is closed."""

    PERSON_KNOWN = "person_known"
    HOST_CONFIRMED = "host_confirmed"
    DEVICE_CHECKED = "device_checked"
    HANDED_ON = "handed_on"
    NO_CONCERN = "no_concern"


@dataclass(frozen=True)
class Judged:
    """What the platform itself makes of an offline decision, by what was true when it was taken."""

    fault: str | None = None
    """The reason for which the platform would not have opened; None where it would."""
    known: bool = True
    visit_id: VisitId | None = None
    vehicle_id: UUID | None = None
    credential_id: UUID | None = None
