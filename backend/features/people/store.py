from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

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
from backend.features.people.tables import HouseholdMemberRow, HouseholdRow, PersonRow, VehicleRow
from backend.infrastructure.inserting import add_if_absent
from backend.kernel.identity import Scope
from backend.kernel.identity_numbers import DocumentKind
from backend.kernel.ids import HouseholdId, PersonId, RoomId, SiteId, TenantId, VehicleId, uuid7


def find_person(session: Session, within: Scope, person_id: UUID) -> Person | None:
    found = persons_by_id(session, within, [person_id])
    return found.get(person_id)


def persons_by_id(session: Session, within: Scope, ids: Iterable[UUID]) -> dict[UUID, Person]:
    rows = session.scalars(select(PersonRow).where(PersonRow.id.in_(list(ids)), PersonRow.site_id.in_(within.sites)))
    return {r.id: Person(PersonId(r.id), SiteId(r.site_id), r.name, r.phone) for r in rows}


def rows_without_tokens(session: Session, within: Scope, limit: int) -> list[PersonRow]:
    mine = select(PersonRow).where(PersonRow.search_tokens == [], PersonRow.site_id.in_(within.sites)).limit(limit)
    return list(session.scalars(mine.with_for_update()))


def fields_of(row: PersonRow) -> PersonFields:
    kind, number = row.document_kind, row.document_number
    document = None if kind is None or number is None else Document(DocumentKind(kind), number)
    return PersonFields(row.name, row.phone, document, row.registered_home)


def households_by_id(session: Session, within: Scope, ids: Iterable[UUID]) -> dict[UUID, Household]:
    query = select(HouseholdRow).where(HouseholdRow.id.in_(list(ids)), HouseholdRow.site_id.in_(within.sites))
    if within.households is not None:
        query = query.where(HouseholdRow.id.in_(within.households))
    return {r.id: Household(HouseholdId(r.id), SiteId(r.site_id), RoomId(r.room_id)) for r in session.scalars(query)}


def find_person_row(session: Session, within: Scope, person_id: UUID) -> PersonRow | None:
    """Locked, for who is about to change it."""
    mine = select(PersonRow).where(PersonRow.id == person_id, PersonRow.site_id.in_(within.sites))
    return session.scalar(mine.with_for_update())


def insert_member(session: Session, household: Household, person_id: PersonId, residency: Residency) -> bool:
    """False when the person is a current member already."""
    row = HouseholdMemberRow(
        id=uuid7(),
        site_id=household.site_id,
        household_id=household.id,
        person_id=person_id,
        relation=residency.relation.value,
        from_on=residency.from_on,
        is_floating=residency.is_floating,
        stay_until_on=residency.stay_until_on,
    )
    return add_if_absent(session, row)


def find_residency_row(
    session: Session, within: Scope, household_id: UUID, person_id: UUID
) -> HouseholdMemberRow | None:
    """The current one, locked."""
    current = select(HouseholdMemberRow).where(
        HouseholdMemberRow.household_id == household_id,
        HouseholdMemberRow.person_id == person_id,
        HouseholdMemberRow.site_id.in_(within.sites),
        HouseholdMemberRow.until_on.is_(None),
    )
    return session.scalar(current.with_for_update())


def residency_of(row: HouseholdMemberRow) -> Residency:
    return Residency(Relation(row.relation), row.from_on, row.is_floating, row.stay_until_on)


def residencies_of(session: Session, within: Scope, household_id: UUID, day: date) -> list[Member]:
    """Whoever came first stands first."""
    rows = session.execute(
        select(HouseholdMemberRow, PersonRow)
        .join(PersonRow, PersonRow.id == HouseholdMemberRow.person_id)
        .where(
            HouseholdMemberRow.household_id == household_id,
            HouseholdMemberRow.site_id.in_(within.sites),
            or_(HouseholdMemberRow.until_on.is_(None), HouseholdMemberRow.until_on > day),
        )
        .order_by(HouseholdMemberRow.from_on, HouseholdMemberRow.id)
    )
    return [
        Member(
            Person(PersonId(person.id), SiteId(person.site_id), person.name, person.phone),
            residency_of(member),
            member.until_on,
        )
        for member, person in rows
    ]


def memberships_of(session: Session, person_ids: Iterable[UUID], day: date) -> list[Membership]:
    """Without a scope: what these persons belong to is what their scope is made from."""
    return _memberships(session, _current(day).where(PersonRow.id.in_(list(person_ids))))


def memberships_by_phone(session: Session, room_id: UUID, phone_hash: bytes, day: date) -> list[Membership]:
    """Without a scope: it answers whether this number's owner may ask to be let into one."""
    matching = _current(day).where(HouseholdRow.room_id == room_id, PersonRow.phone_hash == phone_hash)
    return _memberships(session, matching)


def _current(day: date) -> Select[tuple[HouseholdMemberRow, UUID]]:
    return (
        select(HouseholdMemberRow, PersonRow.tenant_id)
        .join(PersonRow, PersonRow.id == HouseholdMemberRow.person_id)
        .join(HouseholdRow, HouseholdRow.id == HouseholdMemberRow.household_id)
        .where(
            HouseholdMemberRow.from_on <= day,
            or_(HouseholdMemberRow.until_on.is_(None), HouseholdMemberRow.until_on > day),
        )
        .order_by(HouseholdMemberRow.id)
    )


def _memberships(session: Session, query: Select[tuple[HouseholdMemberRow, UUID]]) -> list[Membership]:
    return [
        Membership(
            PersonId(row.person_id),
            HouseholdId(row.household_id),
            SiteId(row.site_id),
            TenantId(tenant_id),
            Relation(row.relation),
        )
        for row, tenant_id in session.execute(query)
    ]


def resident_numbers(session: Session, within: Scope, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Identity-card numbers of those of these persons whose card is on file."""
    query = select(PersonRow.id, PersonRow.document_number).where(
        PersonRow.id.in_(list(ids)),
        PersonRow.site_id.in_(within.sites),
        PersonRow.document_kind == DocumentKind.RESIDENT_CARD.value,
    )
    return {row_id: number for row_id, number in session.execute(query) if number is not None}


def find_retired_vehicle(session: Session, within: Scope, plate: str) -> Vehicle | None:
    """The last one that bore the plate."""
    query = select(VehicleRow).where(
        VehicleRow.active.is_(False), VehicleRow.site_id.in_(within.sites), VehicleRow.plate == plate
    )
    row = session.scalar(query.order_by(VehicleRow.id.desc()).limit(1))
    return None if row is None else _vehicle(row)


def members_of(session: Session, within: Scope, household_id: HouseholdId, day: date) -> list[Person]:
    living = (
        select(PersonRow)
        .join(HouseholdMemberRow, HouseholdMemberRow.person_id == PersonRow.id)
        .where(
            HouseholdMemberRow.household_id == household_id,
            HouseholdMemberRow.from_on <= day,
            or_(HouseholdMemberRow.until_on.is_(None), HouseholdMemberRow.until_on > day),
            PersonRow.site_id.in_(within.sites),
        )
        .order_by(HouseholdMemberRow.id)
    )
    return [Person(PersonId(row.id), SiteId(row.site_id), row.name, row.phone) for row in session.scalars(living)]


def insert_vehicle(session: Session, vehicle: Vehicle, now: datetime) -> bool:
    """False when an active vehicle of the site bears the plate already."""
    row = VehicleRow(
        id=vehicle.id,
        site_id=vehicle.site_id,
        household_id=vehicle.household_id,
        plate=vehicle.plate,
        active=True,
        created_at=now,
    )
    return add_if_absent(session, row)


def retire_vehicle(session: Session, within: Scope, vehicle_id: UUID) -> bool:
    row = session.scalar(_vehicles(within).where(VehicleRow.id == vehicle_id).with_for_update())
    if row is not None:
        row.active = False
    return row is not None


def household_of_room(session: Session, within: Scope, room_id: UUID) -> Household | None:
    """The latest: the one before it has moved out."""
    latest = (
        select(HouseholdRow)
        .where(HouseholdRow.room_id == room_id, HouseholdRow.site_id.in_(within.sites))
        .order_by(HouseholdRow.id.desc())
        .limit(1)
    )
    row = session.scalar(latest)
    return None if row is None else Household(HouseholdId(row.id), SiteId(row.site_id), RoomId(row.room_id))


def find_vehicle_by_plate(session: Session, within: Scope, plate: str) -> Vehicle | None:
    row = session.scalar(_vehicles(within).where(VehicleRow.plate == plate).limit(1))
    return None if row is None else _vehicle(row)


def list_vehicles(session: Session, within: Scope) -> list[Vehicle]:
    return [_vehicle(row) for row in session.scalars(_vehicles(within).order_by(VehicleRow.id))]


def known_plates(session: Session, within: Scope) -> list[str]:
    return list(session.scalars(_vehicles(within).with_only_columns(VehicleRow.plate)))


def _vehicles(within: Scope) -> Select[tuple[VehicleRow]]:
    query = select(VehicleRow).where(VehicleRow.active, VehicleRow.site_id.in_(within.sites))
    return query if within.households is None else query.where(VehicleRow.household_id.in_(within.households))


def _vehicle(row: VehicleRow) -> Vehicle:
    return Vehicle(VehicleId(row.id), SiteId(row.site_id), HouseholdId(row.household_id), row.plate)


def households_of_rooms(session: Session, site_id: SiteId, rooms: Collection[UUID]) -> dict[UUID, HouseholdRow]:
    """The latest household of each room."""
    mine = select(HouseholdRow).where(HouseholdRow.site_id == site_id, HouseholdRow.room_id.in_(rooms))
    return {row.room_id: row for row in session.scalars(mine.order_by(HouseholdRow.id))}


def persons_for_intake(
    session: Session, site_id: SiteId, rooms: Collection[UUID], phones: Collection[bytes], documents: Collection[bytes]
) -> list[PersonRow]:
    """Who lives in these rooms, or bears one of these numbers; locked."""
    living = (
        select(HouseholdMemberRow.person_id)
        .join(HouseholdRow, HouseholdRow.id == HouseholdMemberRow.household_id)
        .where(HouseholdRow.room_id.in_(rooms), HouseholdMemberRow.until_on.is_(None))
    )
    known = or_(PersonRow.id.in_(living), PersonRow.phone_hash.in_(phones), PersonRow.document_hash.in_(documents))
    mine = select(PersonRow).where(PersonRow.site_id == site_id, known).order_by(PersonRow.id)
    return list(session.scalars(mine.with_for_update()))


def residencies_with_rooms(
    session: Session, site_id: SiteId, persons: Iterable[UUID]
) -> list[tuple[UUID, HouseholdMemberRow]]:
    """The current ones of these persons, each with its room."""
    rows = session.execute(
        select(HouseholdRow.room_id, HouseholdMemberRow)
        .join(HouseholdRow, HouseholdRow.id == HouseholdMemberRow.household_id)
        .where(
            HouseholdMemberRow.site_id == site_id,
            HouseholdMemberRow.person_id.in_(list(persons)),
            HouseholdMemberRow.until_on.is_(None),
        )
    )
    return [(room_id, row) for room_id, row in rows]


def vehicles_with_rooms(session: Session, site_id: SiteId) -> dict[str, UUID]:
    """The room of each active plate of the site."""
    rows = session.execute(
        select(VehicleRow.plate, HouseholdRow.room_id)
        .join(HouseholdRow, HouseholdRow.id == VehicleRow.household_id)
        .where(VehicleRow.site_id == site_id, VehicleRow.active)
    )
    return dict(rows.tuples().all())
