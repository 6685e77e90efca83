"""Checks the audit chain from outside: a small program that shares nothing with the one that writes it
but the canonical form of an entry.

    python -m backend.infrastructure.audit.verifier DATABASE_URL WITNESS_DIR

It recomputes every hash, and holds the chain against the signed checkpoints of the witness folder, which finds
a cut tail and a chain written anew.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import psycopg
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from backend.infrastructure.audit.entry import (
    GENESIS,
    AuditEntry,
    Subject,
    chained_hash,
    checkpoint_bytes,
)

_ENTRIES = """
    SELECT tenant_id, sequence, at, actor_kind, actor_id, action, subject_kind, subject_id, purpose, facts, hash
    FROM audit_entry ORDER BY tenant_id, sequence
"""


@dataclass(frozen=True)
class Finding:
    tenant: str
    sequence: int
    what: str


@dataclass(frozen=True)
class Checkpoint:
    tenant: UUID
    sequence: int
    at: datetime
    head: bytes
    public_key: bytes
    signature: bytes


@dataclass
class Result:
    entries: int
    checkpoints: int
    findings: list[Finding]


def verify(database_url: str, witness: Path) -> Result:
    """Reads entries as a stream: memory holds one hash per checkpoint, not the log."""
    checkpoints = list(read_witness(witness))
    wanted = {(c.tenant, c.sequence) for c in checkpoints}
    with psycopg.connect(database_url.replace("postgresql+psycopg", "postgresql", 1)) as connection:
        walk = _walk(connection, wanted)
    findings = walk.findings + [f for c in checkpoints for f in _against(c, walk.seen)]
    return Result(walk.count, len(checkpoints), findings)


@dataclass
class _Walk:
    count: int
    findings: list[Finding]
    seen: dict[tuple[UUID, int], bytes]


def _walk(connection: "psycopg.Connection[tuple[object, ...]]", wanted: set[tuple[UUID, int]]) -> _Walk:
    walk = _Walk(0, [], {})
    tenant: UUID | None = None
    previous, expected = GENESIS, 1
    with connection.cursor("audit_entries") as cursor:
        cursor.itersize = 5000
        for row in cursor.execute(_ENTRIES):
            entry, sequence, stored = _entry(row)
            if entry.tenant_id != tenant:
                tenant, previous, expected = entry.tenant_id, GENESIS, 1
            if sequence != expected:
                walk.findings.append(Finding(str(tenant), sequence, f"expected entry {expected}"))
            if chained_hash(previous, entry, sequence) != stored:
                walk.findings.append(Finding(str(tenant), sequence, "the hash does not match its content"))
            previous, expected = stored, sequence + 1
            walk.count += 1
            if (entry.tenant_id, sequence) in wanted:
                walk.seen[(entry.tenant_id, sequence)] = stored
    return walk


def _entry(row: tuple[object, ...]) -> tuple[AuditEntry, int, bytes]:
    tenant, sequence, at, kind, actor, action, subject_kind, subject, purpose, facts, stored = row
    entry = AuditEntry(tenant, at, kind, actor, action, Subject(subject_kind, subject), purpose, facts)  # type: ignore[arg-type]
    return entry, int(str(sequence)), bytes(stored)  # type: ignore[call-overload]


def _against(checkpoint: Checkpoint, seen: dict[tuple[UUID, int], bytes]) -> Iterator[Finding]:
    tenant = str(checkpoint.tenant)
    if not _signed(checkpoint):
        yield Finding(tenant, checkpoint.sequence, "the witness's signature is not valid")
        return
    stored = seen.get((checkpoint.tenant, checkpoint.sequence))
    if stored is None:
        yield Finding(tenant, checkpoint.sequence, "the log ends before a signed checkpoint")
    elif stored != checkpoint.head:
        yield Finding(tenant, checkpoint.sequence, "the log differs from a signed checkpoint")


def _signed(checkpoint: Checkpoint) -> bool:
    message = checkpoint_bytes(checkpoint.tenant, checkpoint.sequence, checkpoint.head, checkpoint.at)
    try:
        Ed25519PublicKey.from_public_bytes(checkpoint.public_key).verify(checkpoint.signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def read_witness(folder: Path) -> Iterator[Checkpoint]:
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text().splitlines():
            document = json.loads(line)
            yield Checkpoint(
                UUID(document["tenant"]),
                document["seq"],
                datetime.fromisoformat(document["at"]),
                bytes.fromhex(document["head"]),
                bytes.fromhex(document["public_key"]),
                bytes.fromhex(document["signature"]),
            )


def main() -> int:
    result = verify(sys.argv[1], Path(sys.argv[2]))
    for finding in result.findings[:50]:
        print(f"{finding.tenant} {finding.sequence}: {finding.what}")  # noqa: T201 - a program's output
    print(  # noqa: T201
        f"entries {result.entries} checkpoints {result.checkpoints} findings {len(result.findings)}"
    )
    return 1 if result.findings else 0


if __name__ == "__main__":
    sys.exit(main())
