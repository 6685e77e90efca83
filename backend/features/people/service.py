"""Registers that the property keeps; every function but the two that make a scope stays within one."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.features.people import rules, store
from backend.features.people.errors import AlreadyMember, DocumentTaken, PlateTaken
from backend.features.people.model import (
    Document,
    Household,
    Member,
    Membership,
    Person,
    PersonFields,
    Relation,
    Residency,
    Vehicle,
)
from backend.features.people.tables import HouseholdRow, PersonRow
from backend.features.sites import service as sites
from backend.features.sites.model import Site
from backend.infrastructure import blind_index
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.inserting import add_if_absent
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import HouseholdId, PersonId, VehicleId, uuid7
from backend.kernel.plates import checked_plate, normalise_plate

PHONE_CONTEXT = "phone"
DOCUMENT_CONTEXT = "document"
ERASED = "已删除"
"""Stands for the name of somebody whose data was deleted on their word."""

normalise_name = rules.normalise_name
normalise_phone = rules.normalise_phone
check_residency = rules.check_residency
ends_soon = rules.ends_soon
STAY_WARNING = rules.STAY_WARNING


def phone_hash(crypto: Crypto, phone: str) -> bytes:
    """32 bytes by which a number is found, however it was typed. Raises PhoneInvalid."""
    return crypto.look_up_hash(rules.normalise_phone(phone), PHONE_CONTEXT)


def document_hash(crypto: Crypto, document: Document) -> bytes:
    return crypto.look_up_hash(f"{document.kind.value} {document.number}", DOCUMENT_CONTEXT)


def add_person(work: Work, crypto: Crypto, site: Site, name: str, phone: str | None = None) -> PersonId:
    number = None if phone is None else rules.normalise_phone(phone)
    return register_person(work, crypto, site, PersonFields(name, number))


def register_person(work: Work, crypto: Crypto, site: Site, fields: PersonFields) -> PersonId:
    """Raises DocumentTaken."""
    person = person_row(crypto, site, fields)
    person.created_at = work.now
    if not add_if_absent(work.session, person):
        raise DocumentTaken
    work.record("person.added", Subject("person", person.id), tenant_id=site.tenant_id)
    return PersonId(person.id)


def person_row(crypto: Crypto, site: Site, fields: PersonFields) -> PersonRow:
    row = PersonRow(id=uuid7(), tenant_id=site.tenant_id, site_id=site.id)
    fill_person(crypto, row, fields)
    return row


def fill_person(crypto: Crypto, row: PersonRow, fields: PersonFields) -> None:
    """Values and the keys by which they are found, always together."""
    row.name, row.phone = fields.name, fields.phone
    row.phone_hash = None if fields.phone is None else phone_hash(crypto, fields.phone)
    row.document_kind = None if fields.document is None else fields.document.kind.value
    row.document_number = None if fields.document is None else fields.document.number
    row.document_hash = None if fields.document is None else document_hash(crypto, fields.document)
    row.registered_home = fields.registered_home
    row.search_tokens = blind_index.tokens_of(crypto, row.site_id, fields.name, fields.phone)


def edit_person(work: Work, crypto: Crypto, within: Scope, person_id: UUID, fields: PersonFields) -> None:
    """The person's fields as they shall stand. Raises NotFound, DocumentTaken."""
    row = store.find_person_row(work.session, within, person_id)
    if row is None:
        raise NotFound
    fill_person(crypto, row, fields)
    try:
        with work.session.begin_nested():
            work.session.flush()
    except IntegrityError:
        raise DocumentTaken from None
    work.record("person.changed", Subject("person", row.id))


def index_some(work: Work, crypto: Crypto, within: Scope, limit: int) -> int:
    """Makes some of those findable who have no search tokens yet; returns how many."""
    rows = store.rows_without_tokens(work.session, within, limit)
    for row in rows:
        row.search_tokens = blind_index.tokens_of(crypto, row.site_id, row.name, row.phone)
    return len(rows)


def get_person_fields(session: Session, within: Scope, person_id: UUID) -> PersonFields:
    """Raises NotFound."""
    row = store.find_person_row(session, within, person_id)
    if row is None:
        raise NotFound
    return store.fields_of(row)


def add_household(work: Work, within: Scope, room_id: UUID) -> HouseholdId:
    room = sites.rooms_by_id(work.session, within, [room_id]).get(room_id)
    if room is None:
        raise NotFound
    household = HouseholdRow(id=uuid7(), site_id=room.site_id, room_id=room.id, created_at=work.now)
    work.session.add(household)
    work.session.flush()
    work.record("household.added", Subject("household", household.id))
    return HouseholdId(household.id)


def add_member(
    work: Work, within: Scope, household_id: UUID, person_id: UUID, relation: Relation, from_on: date | None = None
) -> None:
    """Raises NotFound unless both are of one site within reach; AlreadyMember."""
    settle(work, within, household_id, person_id, Residency(relation, from_on or local_day(work.now)))


def settle(work: Work, within: Scope, household_id: UUID, person_id: UUID, residency: Residency) -> None:
    """The person lives there from `from_on`. Raises as `add_member`; StayEndsTooEarly."""
    rules.check_residency(residency)
    household = get_household(work.session, within, household_id)
    person = store.find_person(work.session, Scope.of_sites([household.site_id]), person_id)
    if person is None:
        raise NotFound
    if not store.insert_member(work.session, household, person.id, residency):
        raise AlreadyMember
    work.record("household.member_added", Subject("household", household.id), person=str(person.id))


def edit_residency(work: Work, within: Scope, household_id: UUID, person_id: UUID, residency: Residency) -> None:
    """Relation, floating or not, and until when the stay is registered. Raises NotFound, StayEndsTooEarly."""
    rules.check_residency(residency)
    row = store.find_residency_row(work.session, within, household_id, person_id)
    if row is None:
        raise NotFound
    row.relation, row.from_on = residency.relation.value, residency.from_on
    row.is_floating, row.stay_until_on = residency.is_floating, residency.stay_until_on
    work.record("household.member_changed", Subject("household", household_id), person=str(person_id))


def end_membership(work: Work, within: Scope, household_id: UUID, person_id: UUID, until_on: date) -> None:
    """`until_on` is the first day on which the person does not live there; what it opened closes with that day."""
    row = store.find_residency_row(work.session, within, household_id, person_id)
    if row is None:
        raise NotFound
    row.until_on = until_on
    work.session.flush()
    work.record("household.member_left", Subject("household", household_id), person=str(person_id))


def leave(work: Work, within: Scope, household_id: UUID, own: Collection[PersonId], until_on: date) -> None:
    """By one's own word, for oneself alone.

    Raises LeavingInPast, and NotFound for whoever does not live there, or leaves already.
    """
    rules.check_leaving(until_on, local_day(work.now))
    household = get_household(work.session, within, household_id)
    for person_id in own:
        if store.find_residency_row(work.session, within, household.id, person_id) is not None:
            end_membership(work, within, household.id, person_id, until_on)
            return
    raise NotFound


def residencies_of(session: Session, within: Scope, household_id: UUID, day: date) -> list[Member]:
    """Who lives there on this day. Raises NotFound."""
    return store.residencies_of(session, within, get_household(session, within, household_id).id, day)


def get_residency(session: Session, within: Scope, household_id: UUID, person_id: UUID) -> Residency:
    """The current one. Raises NotFound."""
    row = store.find_residency_row(session, within, household_id, person_id)
    if row is None:
        raise NotFound
    return store.residency_of(row)


def erase_person(work: Work, crypto: Crypto, within: Scope, person_id: UUID) -> None:
    """What the register need not keep goes: of somebody who lives here the number and the registered home, of
    somebody who does not everything. Raises NotFound.
    """
    fields = get_person_fields(work.session, within, person_id)
    at_home = current_memberships(work.session, [person_id], local_day(work.now))
    left = PersonFields(fields.name, document=fields.document) if at_home else PersonFields(ERASED)
    edit_person(work, crypto, within, person_id, left)
    work.record("person.erased", Subject("person", person_id), all=not at_home)


def open_household(work: Work, within: Scope, room_id: UUID) -> HouseholdId:
    """The household that has the room, or a new one where there is none. Raises NotFound."""
    found = store.household_of_room(work.session, within, room_id)
    return add_household(work, within, room_id) if found is None else found.id


def get_household(session: Session, within: Scope, household_id: UUID) -> Household:
    found = store.households_by_id(session, within, [household_id]).get(household_id)
    if found is None:
        raise NotFound
    return found


def households_by_id(session: Session, within: Scope, ids: Iterable[UUID]) -> dict[UUID, Household]:
    return store.households_by_id(session, within, ids)


def persons_by_id(session: Session, within: Scope, ids: Iterable[UUID]) -> dict[UUID, Person]:
    return store.persons_by_id(session, within, ids)


def current_memberships(session: Session, person_ids: Iterable[UUID], day: date) -> list[Membership]:
    return store.memberships_of(session, person_ids, day)


def memberships_by_phone(session: Session, room_id: UUID, number_hash: bytes, day: date) -> list[Membership]:
    """The current members of a room's households with this number on file; empty for a room that is none."""
    return store.memberships_by_phone(session, room_id, number_hash, day)


def find_household_of_room(session: Session, within: Scope, room_id: UUID) -> Household | None:
    return store.household_of_room(session, within, room_id)


def members_of(session: Session, within: Scope, household_id: HouseholdId, day: date) -> list[Person]:
    """Who lives there on this day, the longest first."""
    return store.members_of(session, within, household_id, day)


def add_vehicle(work: Work, within: Scope, household_id: UUID, plate: str) -> VehicleId:
    """Raises ImplausiblePlate; PlateTaken when an active vehicle of the site bears the plate."""
    household = get_household(work.session, within, household_id)
    vehicle = Vehicle(VehicleId(uuid7()), household.site_id, household.id, checked_plate(plate))
    if not store.insert_vehicle(work.session, vehicle, work.now):
        raise PlateTaken
    work.record("vehicle.added", Subject("vehicle", vehicle.id))
    return vehicle.id


def get_vehicle(session: Session, within: Scope, vehicle_id: UUID) -> Vehicle:
    found = next((one for one in store.list_vehicles(session, within) if one.id == vehicle_id), None)
    if found is None:
        raise NotFound
    return found


def retire_vehicle(work: Work, within: Scope, vehicle_id: UUID) -> None:
    if not store.retire_vehicle(work.session, within, vehicle_id):
        raise NotFound
    work.record("vehicle.retired", Subject("vehicle", vehicle_id))


def find_vehicle_by_plate(session: Session, within: Scope, plate: str) -> Vehicle | None:
    """`plate` as typed or as read by an engine, however it is written."""
    return store.find_vehicle_by_plate(session, within, normalise_plate(plate))


def list_vehicles(session: Session, within: Scope) -> list[Vehicle]:
    return store.list_vehicles(session, within)


def known_plates(session: Session, within: Scope) -> list[str]:
    """Normalised plates of the active vehicles, for readings that are one character off."""
    return store.known_plates(session, within)
