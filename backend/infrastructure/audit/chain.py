"""Appending to the hash chain: the last statements before a commit, heads locked in tenant order.

Locked any earlier, the head would be held for the whole transaction (measured in the design: 46 tx/s
against 672).
"""

from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from backend.infrastructure.audit.entry import GENESIS, AuditEntry, chained_hash
from backend.infrastructure.audit.tables import AuditHeadRow
from backend.infrastructure.inserting import insert_if_absent


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
    session.execute(_APPEND, {"tenant_id": tenant_id, "sequence": sequence, "head": previous, "rows": rows})


# Entries and head in one round trip: the head stays locked until the commit, and every other writer waits for it.
_APPEND = text(
    """
    WITH moved AS (UPDATE audit_head SET sequence = :sequence, hash = :head WHERE tenant_id = :tenant_id)
    INSERT INTO audit_entry (tenant_id, sequence, at, actor_kind, actor_id, action, subject_kind, subject_id,
                             purpose, facts, hash)
    SELECT tenant_id, sequence, at, actor_kind, actor_id, action, subject_kind, subject_id, purpose, facts,
           decode(hash, 'hex')
    FROM jsonb_to_recordset(:rows) AS entry(tenant_id uuid, sequence bigint, at timestamptz, actor_kind text,
        actor_id uuid, action text, subject_kind text, subject_id uuid, purpose text, facts jsonb, hash text)
    """
).bindparams(bindparam("rows", type_=JSONB), bindparam("tenant_id", type_=Uuid()))


def _lock_head(session: Session, tenant_id: UUID) -> tuple[int, bytes]:
    head = select(AuditHeadRow.sequence, AuditHeadRow.hash).where(AuditHeadRow.tenant_id == tenant_id)
    found = session.execute(head.with_for_update()).one_or_none()
    if found is None:
        insert_if_absent(session, AuditHeadRow, {"tenant_id": tenant_id, "sequence": 0, "hash": GENESIS})
        found = session.execute(head.with_for_update()).one()
    return found.sequence, bytes(found.hash)


def _row(entry: AuditEntry, sequence: int, entry_hash: bytes) -> dict[str, object]:
    return {
        "tenant_id": str(entry.tenant_id),
        "sequence": sequence,
        "at": entry.at.isoformat(),
        "actor_kind": entry.actor_kind,
        "actor_id": entry.actor_id and str(entry.actor_id),
        "action": entry.action,
        "subject_kind": entry.subject.kind,
        "subject_id": entry.subject.id and str(entry.subject.id),
        "purpose": entry.purpose,
        "facts": entry.facts,
        "hash": entry_hash.hex(),
    }
