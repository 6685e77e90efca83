"""The cards that a gate or a door may open by while it decides alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.credentials import rules, store
from backend.features.credentials.model import Assurance, Holder, Place, Right
from backend.features.credentials.tables import CredentialRow
from backend.features.employees import service as employees
from backend.features.people import offline as registers
from backend.features.people import service as people
from backend.features.sites import places
from backend.kernel.clock import local_day, start_of_local_day
from backend.kernel.identity import Scope

DAY = timedelta(days=1)


@dataclass(frozen=True)
class OpeningCard:
    """A card's number, and a time in which its holder's home or work reaches the door."""

    number: str = field(repr=False)
    valid_from: datetime
    valid_until: datetime


def cards_that_open(session: Session, within: Scope, place: Place, start: datetime, end: datetime) -> list[OpeningCard]:
    """Cards in force, day by day between two instants. None that needs a PIN here, and no minor's."""
    first, last = local_day(start), local_day(end)
    days = [first + DAY * n for n in range((last - first).days + 1)]
    rows = [
        row for row in store.cards_in_force(session, within) if not rules.needs_pin(place, Assurance(row.assurance))
    ]
    rows = _of_age(session, within, rows, first)
    holders = [store.holder_of(row) for row in rows]
    rights = {day: rights_of(session, within, holders, day) for day in days}
    return [
        OpeningCard(row.number or "", start_of_local_day(begin), start_of_local_day(finish))
        for row, holder in zip(rows, holders, strict=True)
        for begin, finish in _stretches([day for day in days if rules.denial_at(place, rights[day][holder.id]) is None])
    ]


def _of_age(session: Session, within: Scope, rows: Sequence[CredentialRow], day: date) -> list[CredentialRow]:
    persons = [row.person_id for row in rows if row.person_id is not None]
    minors = registers.minors_among(session, within, persons, day)
    return [row for row in rows if row.person_id not in minors]


def _stretches(days: Sequence[date]) -> list[tuple[date, date]]:
    """Days that follow one another, as one stretch; the end exclusive."""
    found: list[tuple[date, date]] = []
    for day in days:
        if found and found[-1][1] == day:
            found[-1] = (found[-1][0], day + DAY)
        else:
            found.append((day, day + DAY))
    return found


def rights_of(session: Session, within: Scope, holders: Iterable[Holder], day: date) -> dict[UUID, Right]:
    """As `service.right_of`, for many in a constant number of queries."""
    held = list(holders)
    duties = employees.duties_on(session, within, day)
    persons = [holder.person_id for holder in held if holder.person_id is not None]
    memberships = people.current_memberships(session, persons, day)
    households = people.households_by_id(session, within, {one.household_id for one in memberships})
    reached = places.places_of_rooms(session, within, {home.room_id for home in households.values()})
    homes: dict[UUID, set[tuple[UUID, UUID]]] = {}
    for one in memberships:
        home = households.get(one.household_id)
        if home is not None and home.room_id in reached:
            homes.setdefault(one.person_id, set()).add(reached[home.room_id])
    return {one.id: Right(frozenset(homes.get(one.id, ())), duties.get(one.id)) for one in held}  # type: ignore[arg-type]
