"""How to reach a resident; for the worker that sends messages, and nobody else."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.features.people import service as people
from backend.features.residents.tables import BindingRow, ResidentRow
from backend.kernel.identity import Scope
from backend.kernel.ids import HouseholdId, ResidentId


@dataclass(frozen=True)
class Contact:
    openid: str = field(repr=False)
    phone: str | None = field(repr=False)


def find_contact(session: Session, within: Scope, resident_id: ResidentId) -> Contact | None:
    """None for a resident who has no home within reach any more: they are told nothing further."""
    homes = select(BindingRow.resident_id).where(BindingRow.site_id.in_(within.sites), BindingRow.state == "approved")
    row = session.scalar(select(ResidentRow).where(ResidentRow.id == resident_id, ResidentRow.id.in_(homes)))
    return None if row is None else Contact(row.openid, row.phone)


def find_resident_by_phone(session: Session, within: Scope, phone_hash: bytes) -> ResidentId | None:
    """The resident with this number who has a home within reach."""
    homes = select(BindingRow.resident_id).where(BindingRow.site_id.in_(within.sites), BindingRow.state == "approved")
    query = select(ResidentRow.id).where(ResidentRow.phone_hash == phone_hash, ResidentRow.id.in_(homes))
    found = session.scalar(query.order_by(ResidentRow.id).limit(1))
    return None if found is None else ResidentId(found)


def residents_of(session: Session, within: Scope, household_id: HouseholdId, day: date) -> list[ResidentId]:
    """Whose phones belong to this home today: bound with the property's approval, and living there still."""
    living = [person.id for person in people.members_of(session, within, household_id, day)]
    bound = select(BindingRow.resident_id).where(
        BindingRow.household_id == household_id,
        BindingRow.person_id.in_(living),
        BindingRow.site_id.in_(within.sites),
        BindingRow.state == "approved",
    )
    return [ResidentId(found) for found in session.scalars(bound.order_by(BindingRow.id))]
