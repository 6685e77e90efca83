"""One line of the audit log and its canonical bytes. No personal data: ids, codes and salted hashes only.

Standard library only, so that the verifier stays a small program of its own.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

PLATFORM = UUID(int=0)
"""The chain of entries that belong to no tenant: operators, log-ins of unknown names."""

GENESIS = bytes(32)


@dataclass(frozen=True)
class Subject:
    kind: str
    id: UUID | None


@dataclass(frozen=True)
class AuditEntry:
    tenant_id: UUID
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    action: str
    subject: Subject
    purpose: str
    facts: dict[str, Any]

    @classmethod
    def of(
        cls,
        actor: Any,
        tenant_id: UUID | None,
        at: datetime,
        action: str,
        subject: Subject,
        purpose: str,
        facts: dict[str, Any],
    ) -> "AuditEntry":
        tenant = PLATFORM if tenant_id is None else tenant_id
        return cls(tenant, at, actor.kind.value, actor.id, action, subject, purpose, facts)


def canonical_bytes(entry: AuditEntry, sequence: int) -> bytes:
    """JSON with sorted keys and no spaces: the form that is hashed, the same on every machine."""
    document = {
        "tenant": str(entry.tenant_id),
        "seq": sequence,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_kind": entry.actor_kind,
        "actor": _text(entry.actor_id),
        "action": entry.action,
        "subject_kind": entry.subject.kind,
        "subject": _text(entry.subject.id),
        "purpose": entry.purpose,
        "facts": entry.facts,
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def chained_hash(previous: bytes, entry: AuditEntry, sequence: int) -> bytes:
    return hashlib.sha256(previous + canonical_bytes(entry, sequence)).digest()


def checkpoint_bytes(tenant_id: UUID, sequence: int, head: bytes, at: datetime) -> bytes:
    """What a checkpoint signs."""
    instant = at.astimezone(UTC).isoformat(timespec="microseconds")
    return f"anlin-audit-checkpoint:1:{tenant_id}:{sequence}:{head.hex()}:{instant}".encode()
