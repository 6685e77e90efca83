"""Appending to the hash chain: the last statements before a commit, heads locked in tenant order.

Locked any earlier, the head would be held for the whole transaction (measured in the design: 46 tx/s
against 672).
"""

from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from backend.infrastructure.audit.entry import GENESIS, AuditEntry, chained_hash
from backend.infrastructure.audit.tables import AuditEntryRow, AuditHeadRow


def append(session: Session, entries: Sequence[AuditEntry]) -> None:
    ordered = sorted(entries, key=lambda entry: entry.tenant_id)
    for tenant_id, group in groupby(ordered, key=lambda entry: entry.tenant_id):
        _append_to(session, tenant_id, list(group))


def _append_to(session: Session, tenant_id: UUID, entries: list[AuditEntry]) -> None:
    sequence, previous = _lock_head(session, tenant_id)
    rows = []
    for entry in entries:
        sequence += 1
        previous = chained_hash(previous, entry, sequence)
        rows.append(_row(entry, sequence, previous))
    session.execute(insert(AuditEntryRow), rows)
    session.execute(
        update(AuditHeadRow).where(AuditHeadRow.tenant_id == tenant_id).values(sequence=sequence, hash=previous)
    )


def _lock_head(session: Session, tenant_id: UUID) -> tuple[int, bytes]:
    head = select(AuditHeadRow.sequence, AuditHeadRow.hash).where(AuditHeadRow.tenant_id == tenant_id)
    found = session.execute(head.with_for_update()).one_or_none()
    if found is None:
        first = upsert(AuditHeadRow).values(tenant_id=tenant_id, sequence=0, hash=GENESIS)
        session.execute(first.on_conflict_do_nothing())
        found = session.execute(head.with_for_update()).one()
    return found.sequence, bytes(found.hash)


def _row(entry: AuditEntry, sequence: int, entry_hash: bytes) -> dict[str, object]:
    return {
        "tenant_id": entry.tenant_id,
        "sequence": sequence,
        "at": entry.at,
        "actor_kind": entry.actor_kind,
        "actor_id": entry.actor_id,
        "action": entry.action,
        "subject_kind": entry.subject.kind,
        "subject_id": entry.subject.id,
        "purpose": entry.purpose,
        "facts": entry.facts,
        "hash": entry_hash,
    }
