"""The people, residencies and vehicles of one site, read once and changed together: for an import.

A constant number of queries, whatever the number of rows; nothing is flushed here, so that a dry run is the same as the
real one up to the last step.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from uuid import UUID

from backend.features.people import rules, service, store
from backend.features.people.model import Document, PersonFields, Relation, Residency
from backend.features.people.tables import HouseholdMemberRow, HouseholdRow, PersonRow, VehicleRow
from backend.features.sites.model import Site
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.ids import PersonId, uuid7


class Outcome(Enum):
    """In the order of weight: a row is what the weightiest of its parts is."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class ResidencyWish:
    """None keeps what is on file, or the usual for somebody new."""

    relation: Relation | None = None
    from_on: date | None = None
    is_floating: bool | None = None
    stay_until_on: date | None = None


class PeopleIntake:
    def __init__(
        self, work: Work, crypto: Crypto, site: Site, rooms: Collection[UUID], persons: Iterable[PersonFields]
    ) -> None:
        """Reads who lives in these rooms, and whoever bears the numbers of these persons."""
        self._work, self._crypto, self._site = work, crypto, site
        self._today = local_day(work.now)
        self._households = store.households_of_rooms(work.session, site.id, rooms)
        self._residencies: dict[tuple[UUID, UUID], HouseholdMemberRow] = {}
        self._rooms_of: dict[UUID, set[UUID]] = {}
        self._persons: dict[UUID, PersonRow] = {}
        self._by_document: dict[Document, PersonRow] = {}
        self._by_name: dict[str, list[PersonRow]] = {}
        self._read_persons(rooms, list(persons))
        self._vehicles = store.vehicles_with_rooms(work.session, site.id)

    def _read_persons(self, rooms: Collection[UUID], wanted: list[PersonFields]) -> None:
        phones = {service.phone_hash(self._crypto, one.phone) for one in wanted if one.phone is not None}
        documents = {service.document_hash(self._crypto, one.document) for one in wanted if one.document is not None}
        for row in store.persons_for_intake(self._work.session, self._site.id, rooms, phones, documents):
            self._know(row, store.fields_of(row))
        for room_id, residency in store.residencies_with_rooms(self._work.session, self._site.id, self._persons):
            self._lives(residency, room_id)

    def _know(self, row: PersonRow, fields: PersonFields) -> None:
        self._persons[row.id] = row
        if fields.document is not None:
            self._by_document[fields.document] = row
        self._by_name.setdefault(fields.name, []).append(row)

    def _lives(self, residency: HouseholdMemberRow, room_id: UUID) -> None:
        self._residencies[residency.person_id, room_id] = residency
        self._rooms_of.setdefault(residency.person_id, set()).add(room_id)

    def bearer_of(self, document: Document) -> PersonId | None:
        row = self._by_document.get(document)
        return None if row is None else PersonId(row.id)

    def same_person(self, wanted: PersonFields, room_id: UUID) -> PersonId | None:
        """Somebody of this name who lives in the room or has this number, unless two documents tell them apart."""
        for row in self._by_name.get(wanted.name, ()):
            fields = store.fields_of(row)
            told_apart = None not in (fields.document, wanted.document) and fields.document != wanted.document
            lives_here = (row.id, room_id) in self._residencies
            if not told_apart and (lives_here or (wanted.phone is not None and fields.phone == wanted.phone)):
                return PersonId(row.id)
        return None

    def name_of(self, person_id: UUID) -> str:
        return self._persons[person_id].name

    def room_of(self, person_id: UUID) -> UUID | None:
        """One of the rooms where the person lives."""
        return next(iter(self._rooms_of.get(person_id, ())), None)

    def lives_in(self, person_id: UUID, room_id: UUID) -> bool:
        return (person_id, room_id) in self._residencies

    def add_person(self, fields: PersonFields) -> PersonId:
        row = service.person_row(self._crypto, self._site, fields)
        row.created_at = self._work.now
        self._work.session.add(row)
        self._know(row, fields)
        return PersonId(row.id)

    def complete_person(self, person_id: UUID, given: PersonFields) -> Outcome:
        """What is given replaces what is on file; what is not given stays."""
        row = self._persons[person_id]
        on_file = store.fields_of(row)
        wanted = PersonFields(
            on_file.name,
            given.phone or on_file.phone,
            given.document or on_file.document,
            given.registered_home or on_file.registered_home,
        )
        if wanted == on_file:
            return Outcome.UNCHANGED
        service.fill_person(self._crypto, row, wanted)
        if wanted.document is not None:
            self._by_document[wanted.document] = row
        return Outcome.CHANGED

    def settle(self, person_id: UUID, room_id: UUID, wish: ResidencyWish) -> Outcome:
        """Raises StayEndsTooEarly."""
        row = self._residencies.get((person_id, room_id))
        if row is None:
            self._move_in(person_id, room_id, _granted(Residency(Relation.FAMILY, self._today), wish))
            return Outcome.NEW
        on_file = Residency(Relation(row.relation), row.from_on, row.is_floating, row.stay_until_on)
        wanted = _granted(on_file, wish)
        if wanted == on_file:
            return Outcome.UNCHANGED
        rules.check_residency(wanted)
        row.relation, row.from_on = wanted.relation.value, wanted.from_on
        row.is_floating, row.stay_until_on = wanted.is_floating, wanted.stay_until_on
        return Outcome.CHANGED

    def _move_in(self, person_id: UUID, room_id: UUID, residency: Residency) -> None:
        rules.check_residency(residency)
        row = HouseholdMemberRow(
            id=uuid7(),
            site_id=self._site.id,
            household_id=self.household(room_id).id,
            person_id=person_id,
            relation=residency.relation.value,
            from_on=residency.from_on,
            until_on=None,
            is_floating=residency.is_floating,
            stay_until_on=residency.stay_until_on,
        )
        self._work.session.add(row)
        self._lives(row, room_id)

    def household(self, room_id: UUID) -> HouseholdRow:
        household = self._households.get(room_id)
        if household is None:
            household = HouseholdRow(id=uuid7(), site_id=self._site.id, room_id=room_id, created_at=self._work.now)
            self._work.session.add(household)
            self._households[room_id] = household
        return household

    def room_of_plate(self, plate: str) -> UUID | None:
        return self._vehicles.get(plate)

    def add_vehicle(self, plate: str, room_id: UUID) -> None:
        self._work.session.add(
            VehicleRow(
                id=uuid7(),
                site_id=self._site.id,
                household_id=self.household(room_id).id,
                plate=plate,
                active=True,
                created_at=self._work.now,
            )
        )
        self._vehicles[plate] = room_id


def _granted(on_file: Residency, wish: ResidencyWish) -> Residency:
    given = {name: value for name, value in vars(wish).items() if value is not None}
    return replace(on_file, **given)
