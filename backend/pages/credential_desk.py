"""The counter for cards: who is meant, what they hold, and what became of it, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from backend.features.accounts.tables import StaffRow
from backend.features.credentials.errors import CardNumberInvalid
from backend.features.credentials.model import Credential, CredentialId, CredentialState, Holder, Reason
from backend.features.credentials.service import card_hash, list_held
from backend.features.credentials.tables import CredentialRow
from backend.features.employees.model import Duty
from backend.features.employees.tables import EmployeeRow
from backend.features.people.tables import HouseholdMemberRow, PersonRow
from backend.infrastructure import blind_index, changes
from backend.infrastructure.changes import Change, ChangeAction
from backend.infrastructure.crypto import Crypto
from backend.kernel.errors import NotFound
from backend.kernel.identity import ActorKind, Scope
from backend.kernel.ids import EmployeeId, PersonId
from backend.pages.rooms import ROOM_LABEL, join_room

MOST_HITS = 30


@dataclass(frozen=True)
class HolderCard:
    holder: Holder
    name: str = field(repr=False)
    rooms: tuple[str, ...] = ()
    """Homes of today; empty for staff and for whoever has moved out."""
    duty: Duty | None = None
    """None for residents, and for staff who have left."""

    @property
    def is_gone(self) -> bool:
        return not self.rooms and self.duty is None


@dataclass(frozen=True)
class Moment:
    """One change of a credential."""

    at: datetime
    who: str | None = field(repr=False)
    """A member of staff; None for the holder's own word and for the platform."""
    by_holder: bool
    tail: str
    state: CredentialState
    reason: Reason | None
    is_new: bool


@dataclass(frozen=True)
class HolderPage:
    card: HolderCard
    credentials: Sequence[Credential]
    moments: Sequence[Moment]


def find_holders(session: Session, crypto: Crypto, within: Scope, typed: str, today: date) -> list[HolderCard]:
    """By name, pinyin, initials, the tail of the phone number, or a card held to the reader; at most thirty."""
    tokens = blind_index.tokens_for(crypto, within.sites, typed)
    holders = _holders_of_card(session, crypto, within, typed)
    persons = select(PersonRow).where(
        PersonRow.site_id.in_(within.sites),
        or_(PersonRow.search_tokens.overlap(tokens), PersonRow.id.in_(holders)),
    )
    employees = select(EmployeeRow).where(
        EmployeeRow.site_id.in_(within.sites),
        or_(EmployeeRow.search_tokens.overlap(tokens), EmployeeRow.id.in_(holders)),
    )
    return _cards(session, within, persons.limit(MOST_HITS), employees.limit(MOST_HITS), today)[:MOST_HITS]


def _holders_of_card(session: Session, crypto: Crypto, within: Scope, typed: str) -> list[UUID]:
    try:
        hashed = card_hash(crypto, typed)
    except CardNumberInvalid:
        return []
    rows = session.execute(
        select(CredentialRow.person_id, CredentialRow.employee_id).where(
            CredentialRow.number_hash == hashed, CredentialRow.site_id.in_(within.sites)
        )
    )
    return [one for pair in rows for one in pair if one is not None]


def _cards(
    session: Session,
    within: Scope,
    persons: Select[tuple[PersonRow]],
    employees: Select[tuple[EmployeeRow]],
    today: date,
) -> list[HolderCard]:
    found = list(session.scalars(persons))
    rooms = _rooms_of(session, within, [row.id for row in found], today)
    residents = [HolderCard(Holder(person_id=PersonId(r.id)), r.name, tuple(rooms[r.id])) for r in found]
    staff = [
        HolderCard(Holder(employee_id=EmployeeId(r.id)), r.name, duty=_duty(r, today))
        for r in session.scalars(employees)
    ]
    return sorted(residents + staff, key=lambda card: (card.is_gone, card.rooms, card.name))


def _duty(row: EmployeeRow, today: date) -> Duty | None:
    begun = row.joined_on is None or row.joined_on <= today
    return Duty(row.duty) if begun and (row.left_on is None or row.left_on > today) else None


def _rooms_of(session: Session, within: Scope, persons: Iterable[UUID], today: date) -> dict[UUID, list[str]]:
    current = select(HouseholdMemberRow.person_id, ROOM_LABEL).where(
        HouseholdMemberRow.person_id.in_(list(persons)),
        HouseholdMemberRow.site_id.in_(within.sites),
        HouseholdMemberRow.from_on <= today,
        or_(HouseholdMemberRow.until_on.is_(None), HouseholdMemberRow.until_on > today),
    )
    rooms: dict[UUID, list[str]] = defaultdict(list)
    for person_id, label in session.execute(join_room(current, HouseholdMemberRow.household_id)):
        rooms[person_id].append(label)
    return rooms


def read_holder(session: Session, within: Scope, holder: Holder, today: date) -> HolderPage:
    """Raises NotFound."""
    persons = select(PersonRow).where(PersonRow.id == holder.person_id, PersonRow.site_id.in_(within.sites))
    employees = select(EmployeeRow).where(EmployeeRow.id == holder.employee_id, EmployeeRow.site_id.in_(within.sites))
    cards = _cards(session, within, persons, employees, today)
    if not cards:
        raise NotFound
    held = list_held(session, within, [holder])
    return HolderPage(cards[0], held, _moments(session, within, held))


def _moments(session: Session, within: Scope, held: Sequence[Credential]) -> list[Moment]:
    """Newest first."""
    tails = {one.id: one.tail for one in held}
    kept = [one for one in changes.history_of(session, within, tails) if "state" in one.fields]
    staff = {one.actor_id for one in kept if one.actor_kind is ActorKind.STAFF}
    named = session.execute(select(StaffRow.id, StaffRow.display_name).where(StaffRow.id.in_(staff)))
    names = dict(named.tuples().all())
    return [_moment(one, names, tails[CredentialId(one.subject_id)]) for one in kept]


def _moment(change: Change, names: dict[UUID, str], tail: str) -> Moment:
    reason = change.fields.get("reason")
    return Moment(
        change.at,
        None if change.actor_id is None else names.get(change.actor_id),
        change.actor_kind is ActorKind.RESIDENT,
        tail,
        CredentialState(change.fields["state"].after),
        None if reason is None or reason.after is None else Reason(reason.after),
        change.action is ChangeAction.ADDED,
    )
