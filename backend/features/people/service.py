"""Registers that the property keeps; every function but the two that make a scope stays within one."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.people import rules, store
from backend.features.people.errors import AlreadyMember, PlateTaken
from backend.features.people.model import Household, Membership, Person, Relation, Vehicle
from backend.features.people.tables import HouseholdRow, PersonRow
from backend.features.sites import service as sites
from backend.features.sites.model import Site
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import HouseholdId, PersonId, VehicleId, uuid7
from backend.kernel.plates import checked_plate, normalise_plate

PHONE_CONTEXT = "phone"

normalise_phone = rules.normalise_phone


def phone_hash(crypto: Crypto, phone: str) -> bytes:
    """32 bytes by which a number is found, however it was typed. Raises PhoneInvalid."""
    return crypto.look_up_hash(rules.normalise_phone(phone), PHONE_CONTEXT)


def add_person(work: Work, crypto: Crypto, site: Site, name: str, phone: str | None = None) -> PersonId:
    person = PersonRow(
        id=uuid7(),
        tenant_id=site.tenant_id,
        site_id=site.id,
        name=name,
        phone=None if phone is None else rules.normalise_phone(phone),
        phone_hash=None if phone is None else phone_hash(crypto, phone),
        created_at=work.now,
    )
    work.session.add(person)
    work.session.flush()
    work.record("person.added", Subject("person", person.id), tenant_id=site.tenant_id)
    return PersonId(person.id)


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
    household = get_household(work.session, within, household_id)
    person = store.find_person(work.session, Scope.of_sites([household.site_id]), person_id)
    if person is None:
        raise NotFound
    from_on = from_on or local_day(work.now)
    if not store.insert_member(work.session, household, person.id, relation, from_on):
        raise AlreadyMember
    work.record("household.member_added", Subject("household", household.id), person=str(person.id))


def end_membership(work: Work, within: Scope, household_id: UUID, person_id: UUID, until_on: date) -> None:
    """`until_on` is the first day on which the person does not live there; what it opened closes with that day."""
    if not store.end_membership(work.session, within, household_id, person_id, until_on):
        raise NotFound
    work.record("household.member_left", Subject("household", household_id), person=str(person_id))


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


def add_vehicle(work: Work, within: Scope, household_id: UUID, plate: str) -> VehicleId:
    """Raises ImplausiblePlate; PlateTaken when an active vehicle of the site bears the plate."""
    household = get_household(work.session, within, household_id)
    vehicle = Vehicle(VehicleId(uuid7()), household.site_id, household.id, checked_plate(plate))
    if not store.insert_vehicle(work.session, vehicle, work.now):
        raise PlateTaken
    work.record("vehicle.added", Subject("vehicle", vehicle.id))
    return vehicle.id


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
