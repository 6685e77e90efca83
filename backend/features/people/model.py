from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from backend.kernel.identity_numbers import DocumentKind
from backend.kernel.ids import HouseholdId, PersonId, RoomId, SiteId, TenantId, VehicleId


class Relation(Enum):
    OWNER = "owner"
    TENANT = "tenant"
    FAMILY = "family"


@dataclass(frozen=True)
class Person:
    id: PersonId
    site_id: SiteId
    name: str = field(repr=False)
    phone: str | None = field(repr=False)


@dataclass(frozen=True)
class Document:
    kind: DocumentKind
    number: str = field(repr=False)
    """As `identity_numbers.checked_number` returns it."""


@dataclass(frozen=True)
class PersonFields:
    """Everything the register keeps of a person, as it shall stand."""

    name: str = field(repr=False)
    phone: str | None = field(default=None, repr=False)
    """Normalised."""
    document: Document | None = None
    registered_home: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Residency:
    relation: Relation
    from_on: date
    is_floating: bool = False
    stay_until_on: date | None = None


@dataclass(frozen=True)
class Member:
    """Somebody who lives in a household today, and how."""

    person: Person
    residency: Residency
    until_on: date | None
    """The day from which on they live there no more, once that is known."""


@dataclass(frozen=True)
class Household:
    id: HouseholdId
    site_id: SiteId
    room_id: RoomId


@dataclass(frozen=True)
class Membership:
    """Somebody lives in a household today."""

    person_id: PersonId
    household_id: HouseholdId
    site_id: SiteId
    tenant_id: TenantId
    relation: Relation


@dataclass(frozen=True)
class Vehicle:
    id: VehicleId
    site_id: SiteId
    household_id: HouseholdId
    plate: str = field(repr=False)
