"""Classes, children, the adults who stand by them, and what a court or the head has said against somebody."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import NewType
from uuid import UUID

from backend.kernel.ids import ChildId, ClassId, PersonId, SiteId, TenantId

CustodyFactId = NewType("CustodyFactId", UUID)


class GuardianRelation(Enum):
    MOTHER = "mother"
    FATHER = "father"
    GRANDPARENT = "grandparent"
    FOSTER_PARENT = "foster_parent"
    RELATIVE = "relative"
    LEGAL_GUARDIAN = "legal_guardian"
    CARER = "carer"


class CustodyGround(Enum):
    COURT_ORDER = "court_order"
    PROTECTION_ORDER = "protection_order"
    HEAD_DECISION = "head_decision"
    """The head's own word in an emergency: it ends by itself unless a document follows."""


@dataclass(frozen=True)
class SchoolClass:
    id: ClassId
    site_id: SiteId
    name: str


@dataclass(frozen=True)
class Child:
    id: ChildId
    tenant_id: TenantId
    site_id: SiteId
    class_id: ClassId
    name: str = field(repr=False)
    born_on: date = field(repr=False)
    left_on: date | None = None
    """The first day on which the child does not come any more."""


@dataclass(frozen=True)
class Guardian:
    child_id: ChildId
    person_id: PersonId
    relation: GuardianRelation
    revoked_at: datetime | None
    of_age_on: date | None = None
    """By the document on file: until then on the child's list, and not somebody who may collect. None where no
    document says so: unknown ages are not held against anybody."""


@dataclass(frozen=True)
class CustodyFact:
    """This person is to be kept from this child."""

    id: CustodyFactId
    child_id: ChildId
    person_id: PersonId
    ground: CustodyGround
    recorded_at: datetime
    document_at: datetime | None = None
    """When the document came to us; for an order always, for the head's decision perhaps later."""
    ended_at: datetime | None = None
