"""Signed heads, one a minute where something was added, copied to a witness folder.

Without a copy that the database's operator cannot rewrite, a cut tail or a chain made anew would go unseen.
"""

import json
import os
from datetime import datetime
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.infrastructure.audit.entry import checkpoint_bytes
from backend.infrastructure.audit.tables import AuditCheckpointRow, AuditHeadRow
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.keys import Purpose


def make_checkpoints(session: Session, crypto: Crypto, now: datetime) -> list[AuditCheckpointRow]:
    """Signs every head that moved since its last checkpoint; the caller copies them out after commit."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('anlin.audit.checkpoint'))"))
    last = (
        select(AuditCheckpointRow.tenant_id, AuditCheckpointRow.sequence)
        .distinct(AuditCheckpointRow.tenant_id)
        .order_by(AuditCheckpointRow.tenant_id, AuditCheckpointRow.sequence.desc())
    )
    signed = {row.tenant_id: row.sequence for row in session.execute(last)}
    moved = [h for h in session.scalars(select(AuditHeadRow)) if h.sequence > signed.get(h.tenant_id, 0)]
    rows = [_signed(head, crypto, now) for head in moved]
    session.add_all(rows)
    return rows


def _signed(head: AuditHeadRow, crypto: Crypto, now: datetime) -> AuditCheckpointRow:
    message = checkpoint_bytes(head.tenant_id, head.sequence, head.hash, now)
    version, signature = crypto.sign(Purpose.AUDIT, message)
    return AuditCheckpointRow(
        tenant_id=head.tenant_id,
        sequence=head.sequence,
        at=now,
        hash=head.hash,
        key_version=version,
        signature=signature,
    )


def copy_to_witness(rows: list[AuditCheckpointRow], crypto: Crypto, folder: Path) -> None:
    """Appends to one file a tenant, flushed to disk; repeats are harmless."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    public = crypto.public_keys(Purpose.AUDIT)
    for row in rows:
        with (folder / f"{row.tenant_id}.jsonl").open("a") as file:
            file.write(json.dumps(_witness_line(row, public[row.key_version])) + "\n")
            file.flush()
            os.fsync(file.fileno())


def _witness_line(row: AuditCheckpointRow, public_key: bytes) -> dict[str, object]:
    return {
        "tenant": str(row.tenant_id),
        "seq": row.sequence,
        "at": row.at.isoformat(),
        "head": row.hash.hex(),
        "key_version": row.key_version,
        "public_key": public_key.hex(),
        "signature": row.signature.hex(),
    }
