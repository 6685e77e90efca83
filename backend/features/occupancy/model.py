"""Who of the visitors is inside, and where the record of entries and exits has holes. A hole accuses nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID

from backend.kernel.ids import DeviceId, GateId, PassageId, SiteId, VisitId


@dataclass(frozen=True)
class Movement:
    """One opened passage of a visitor: a car where a plate was read, somebody on foot else."""

    passage_id: PassageId
    site_id: SiteId
    gate_id: GateId
    at: datetime
    entering: bool
    visit_id: VisitId | None
    plate: str | None = field(repr=False)


@dataclass(frozen=True)
class Departure:
    """A person's word that whoever came in with this passage has left."""

    passage_id: PassageId
    at: datetime


@dataclass(frozen=True)
class Inside:
    """A party that came in and has not left, as far as the record says."""

    entry: Movement
    """Its latest entry that no exit has ended: by it the party is named on pages."""
    since: datetime
    plates: Sequence[str] = field(repr=False)
    on_foot: int
    """Entries on foot that no exit has ended; one pass may let several in."""

    @property
    def visit_id(self) -> VisitId | None:
        return self.entry.visit_id


class GapKind(Enum):
    """What the record cannot tell. Every one is a question, none an accusation."""

    EXIT_WITHOUT_ENTRY = "exit_without_entry"
    ENTERED_TWICE = "entered_twice"
    NO_EXIT = "no_exit"
    """In for longer than asked for, and no exit."""
    FOLLOWED = "followed"
    """Another car seconds after an opening, in the same lane, that nobody decided about."""
    OPENED_ALONE = "forced"
    """A door or barrier reports that it is open, and nothing here opened it."""
    HELD_OPEN = "held_open"
    TWO_AT_ONCE = "tailgated"
    """The device counted a second person or car behind one credential."""


@dataclass(frozen=True)
class Gap:
    kind: GapKind
    id: UUID
    """Of the passage, or of the door's event."""
    at: datetime
    gate_id: GateId | None
    plate: str | None = field(repr=False, default=None)
    visit_id: VisitId | None = None


@dataclass(frozen=True)
class Whereabouts:
    inside: Sequence[Inside]
    gaps: Sequence[Gap]


@dataclass(frozen=True)
class Sight:
    """A car that a lane's camera saw, and when the barrier was opened for it."""

    passage_id: PassageId
    device_id: DeviceId
    gate_id: GateId
    at: datetime
    opened_at: datetime | None
    undecided: bool
    plate: str | None = field(repr=False)


@dataclass(frozen=True)
class Tick:
    """Somebody on the evacuation list was seen safe, or was ticked by mistake. Made at a phone, sent when it can."""

    id: UUID
    passage_id: PassageId
    safe: bool
    at: datetime
