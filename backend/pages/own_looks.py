"""Who looked at a resident's data: the audit chain's looks and lists, told by role, time and purpose alone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, cast, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from backend.features.accounts.tables import StaffRow
from backend.features.passages.tables import PassageRow
from backend.features.people.tables import HouseholdMemberRow, VehicleRow
from backend.features.residents.model import Binding
from backend.infrastructure.audit.tables import AuditEntryRow
from backend.infrastructure.crypto import digest
from backend.kernel.identity import ActorKind, Role
from backend.kernel.paging import Cursor, Page, PageRequest, page_of
from backend.pages.own_passages import Owner, vehicle_passages

HASH_BYTES = 8
"""As lists record their subjects."""
LARGEST_SEQUENCE = 2**63 - 1
"""A cursor from elsewhere may hold any number."""
WHOLE_REGISTER = ("person.exported",)
"""Takes everybody of the property along."""


@dataclass(frozen=True)
class OwnLook:
    at: datetime
    by: Sequence[Role]
    """The roles that the member of staff has now; nobody's name."""
    actor: ActorKind
    action: str
    subject: str
    """person, vehicle, passage, credential …"""
    purpose: str
    sequence: int


def list_looks(
    session: Session, identities: Collection[Binding], since: datetime, request: PageRequest
) -> Page[OwnLook]:
    """Newest first."""
    if not identities:
        return Page([], None)
    query = (
        select(AuditEntryRow, StaffRow.roles)
        .outerjoin(StaffRow, StaffRow.id == AuditEntryRow.actor_id)
        .where(
            AuditEntryRow.tenant_id.in_({identity.tenant_id for identity in identities}),
            AuditEntryRow.at >= since,
            AuditEntryRow.actor_kind == ActorKind.STAFF.value,
            _about(identities),
        )
    )
    if request.after is not None:
        last = (request.after.at, min(request.after.id.int, LARGEST_SEQUENCE))
        query = query.where(tuple_(AuditEntryRow.at, AuditEntryRow.sequence) < last)
    newest = query.order_by(AuditEntryRow.at.desc(), AuditEntryRow.sequence.desc()).limit(request.limit + 1)
    found = [_look(row, roles) for row, roles in session.execute(newest)]
    return page_of(found, request, lambda look: Cursor(look.at, UUID(int=look.sequence)))


def _about(identities: Collection[Binding]) -> Any:
    """Looks at the person, at the household's cars and their pictures; lists that the person or a car stood on."""
    persons = [identity.person_id for identity in identities]
    cars = _cars(persons)
    pictures = vehicle_passages(Owner(persons, None)).with_only_columns(PassageRow.id)
    own = [*persons, *(identity.household_id for identity in identities), *(identity.id for identity in identities)]
    hashes = [digest(one.bytes)[:HASH_BYTES].hex() for one in own]
    looked = AuditEntryRow.action.like("%.looked%") | AuditEntryRow.action.like("%.listed")
    return or_(
        looked & AuditEntryRow.subject_id.in_(own),
        looked & AuditEntryRow.subject_id.in_(cars),
        looked & AuditEntryRow.subject_id.in_(pictures),
        func.jsonb_exists(AuditEntryRow.facts, "subjects")
        & AuditEntryRow.facts["subjects"].has_any(cast(literal(hashes, ARRAY(Text)), ARRAY(Text))),
        AuditEntryRow.action.in_(WHOLE_REGISTER),
    )


def _cars(persons: Collection[UUID]) -> Select[tuple[UUID]]:
    lived = HouseholdMemberRow.household_id == VehicleRow.household_id
    cars = select(VehicleRow.id).join(HouseholdMemberRow, lived)
    return cars.where(HouseholdMemberRow.person_id.in_(list(persons)))


def _look(row: AuditEntryRow, roles: Sequence[str] | None) -> OwnLook:
    known = [Role(role) for role in roles or ()]
    return OwnLook(row.at, known, ActorKind(row.actor_kind), row.action, row.subject_kind, row.purpose, row.sequence)
