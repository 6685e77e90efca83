"""Entries and exits in, who is inside and what does not add up out. Pure.

A party is a visit, or the plate of a car that nobody announced. A car cannot come in twice without leaving, so its
later entry takes the place of the earlier; people on foot are counted, since one pass may let several in. Where the
record allows two readings the one with more people inside is taken: the list is for a fire.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from backend.features.occupancy.model import Departure, Gap, GapKind, Inside, Movement, Sight, Whereabouts
from backend.kernel.clock import local_day, start_of_local_day

REMEMBERED = timedelta(days=30)
"""Whoever came in longer ago is followed no more; a visit that overstays ends its own record by then, too."""
LONG_STAY = timedelta(hours=24)
FOLLOWED_WITHIN = timedelta(seconds=15)
SETTLED_AFTER = timedelta(minutes=2)
"""A car that came just now may still be decided about."""
SAFE_FOR = timedelta(hours=12)
"""A tick belongs to one evacuation or drill, not to the next."""

Key = UUID | str


@dataclass
class _Party:
    cars: dict[str, Movement] = field(default_factory=dict)
    on_foot: list[Movement] = field(default_factory=list)

    @property
    def entries(self) -> list[Movement]:
        return sorted([*self.cars.values(), *self.on_foot], key=lambda entry: entry.at)


class _Ledger:
    """Who is inside while the record is read in its order."""

    def __init__(self) -> None:
        self.parties: dict[Key, _Party] = defaultdict(_Party)
        self.car_of: dict[str, Key] = {}
        self.party_of: dict[UUID, Key] = {}
        self.gaps: list[Gap] = []

    def enter(self, move: Movement) -> None:
        key: Key | None = move.visit_id or move.plate
        if key is None:
            return  # a barrier that was opened by hand for nobody in particular
        self.party_of[move.passage_id] = key
        if move.plate is None:
            self.parties[key].on_foot.append(move)
            return
        if move.plate in self.car_of:
            self.gaps.append(_gap(GapKind.ENTERED_TWICE, move))
            self._take_car(move.plate)
        self.parties[key].cars[move.plate] = move
        self.car_of[move.plate] = key

    def leave(self, move: Movement) -> None:
        if move.visit_id is None and move.plate is None:
            return
        if move.plate is not None and move.plate in self.car_of:
            self._take_car(move.plate)
            return
        party = self.parties.get(move.visit_id) if move.visit_id else None
        if party is not None and party.on_foot:
            party.on_foot.pop(0)
        elif party is None or not party.cars:
            self.gaps.append(_gap(GapKind.EXIT_WITHOUT_ENTRY, move))

    def gone(self, word: Departure) -> None:
        """All of the party that had come in by then."""
        key = self.party_of.get(word.passage_id)
        if key is None:
            return
        party = self.parties[key]
        if word.passage_id not in {entry.passage_id for entry in party.entries}:
            return  # left before, and came again
        party.on_foot.clear()
        for plate in list(party.cars):
            self._take_car(plate)

    def _take_car(self, plate: str) -> None:
        self.parties[self.car_of.pop(plate)].cars.pop(plate, None)


def follow(movements: Iterable[Movement], departures: Iterable[Departure] = ()) -> Whereabouts:
    """Who is inside after all that, the longest first, and the gaps met on the way, oldest first."""
    ledger = _Ledger()
    record: list[Movement | Departure] = [*movements, *departures]
    for happened in sorted(record, key=lambda one: (one.at, isinstance(one, Departure))):
        if isinstance(happened, Departure):
            ledger.gone(happened)
        elif happened.entering:
            ledger.enter(happened)
        else:
            ledger.leave(happened)
    inside = [_inside(party) for party in ledger.parties.values() if party.entries]
    return Whereabouts(sorted(inside, key=lambda one: one.since), ledger.gaps)


def _inside(party: _Party) -> Inside:
    entries = party.entries
    return Inside(entries[-1], entries[0].at, sorted(party.cars), len(party.on_foot))


def due_out(valid_until: datetime, daily_until_minute: int | None, since: datetime) -> datetime:
    """When a visit's window ends for who came in at `since`: of a series, with its hours of that local day."""
    if daily_until_minute is None:
        return valid_until
    return min(valid_until, start_of_local_day(local_day(since)) + timedelta(minutes=daily_until_minute))


def overstays(window_until: datetime | None, since: datetime, now: datetime) -> bool:
    """Beyond the visit's window; without one, beyond a day."""
    return now > (window_until if window_until is not None else since + LONG_STAY)


def without_exit(inside: Iterable[Inside], longer_than: timedelta, now: datetime) -> list[Gap]:
    return [_gap(GapKind.NO_EXIT, one.entry) for one in inside if now - one.entry.at > longer_than]


def _gap(kind: GapKind, move: Movement) -> Gap:
    return Gap(kind, move.passage_id, move.at, move.gate_id, move.plate, move.visit_id)


def followers(sights: Sequence[Sight], now: datetime) -> list[Gap]:
    """Cars seen within seconds after a barrier had opened for another, about which nobody has decided.

    `sights` are in the order of their pictures.
    """
    opened: dict[UUID, datetime] = {}
    found: list[Gap] = []
    for sight in sights:
        before = opened.get(sight.device_id)
        close = before is not None and timedelta(0) <= sight.at - before <= FOLLOWED_WITHIN
        if close and sight.undecided and now - sight.at > SETTLED_AFTER:
            found.append(Gap(GapKind.FOLLOWED, sight.passage_id, sight.at, sight.gate_id, sight.plate))
        if sight.opened_at is not None:
            opened[sight.device_id] = sight.opened_at
    return found


def still_safe(ticked_at: datetime, entered_at: datetime, now: datetime) -> bool:
    """Whether a tick still speaks of this evacuation, and of this stay."""
    return ticked_at >= entered_at and now - ticked_at < SAFE_FOR
