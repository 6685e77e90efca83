"""How to reach a resident; for the worker that sends messages, and nobody else."""

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.features.residents.tables import BindingRow, ResidentRow
from backend.kernel.identity import Scope
from backend.kernel.ids import ResidentId


@dataclass(frozen=True)
class Contact:
    openid: str = field(repr=False)
    phone: str | None = field(repr=False)


def find_contact(session: Session, within: Scope, resident_id: ResidentId) -> Contact | None:
    """None for a resident who has no home within reach any more: they are told nothing further."""
    homes = select(BindingRow.resident_id).where(BindingRow.site_id.in_(within.sites), BindingRow.state == "approved")
    row = session.scalar(select(ResidentRow).where(ResidentRow.id == resident_id, ResidentRow.id.in_(homes)))
    return None if row is None else Contact(row.openid, row.phone)
