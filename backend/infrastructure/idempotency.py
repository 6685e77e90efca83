"""One key, one effect, one answer: the key's row is claimed first and the answer stored before commit.

A second request with the key waits on the unique index for the first one's outcome: committed, it replays the
stored bytes; rolled back, it takes the key over.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, PrimaryKeyConstraint, SmallInteger, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from backend.infrastructure.database import Row
from backend.infrastructure.inserting import insert_if_absent
from backend.kernel.errors import Refusal, RefusalKind


class IdempotencyRow(Row):
    __tablename__ = "idempotency_key"
    __table_args__ = (PrimaryKeyConstraint("actor_id", "key"),)

    actor_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(Text)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None] = mapped_column(SmallInteger)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(index=True)


class KeyReused(Refusal):
    """The key was used before with another request."""

    kind = RefusalKind.INVALID
    code = "idempotency_key_reused"


class KeyRequired(Refusal):
    code = "idempotency_key_required"


class BadKey(Refusal):
    code = "idempotency_key_malformed"


@dataclass(frozen=True)
class StoredAnswer:
    status: int
    body: bytes


class Replay(Exception):
    """Not a fault: this request was answered before, with these bytes."""

    def __init__(self, answer: StoredAnswer) -> None:
        super().__init__()
        self.answer = answer


def claim_key(session: Session, actor_id: UUID, key: str, request_hash: bytes, now: datetime) -> None:
    """Raises Replay with the stored answer, or KeyReused when the request differs."""
    row = {"actor_id": actor_id, "key": key, "request_hash": request_hash, "created_at": now}
    if insert_if_absent(session, IdempotencyRow, row):
        return
    stored = session.execute(
        select(IdempotencyRow).where(IdempotencyRow.actor_id == actor_id, IdempotencyRow.key == key)
    ).scalar_one()
    if stored.request_hash != request_hash:
        raise KeyReused
    raise Replay(StoredAnswer(stored.status or 200, stored.body or b""))


def store_answer(session: Session, actor_id: UUID, key: str, answer: StoredAnswer) -> None:
    session.execute(
        update(IdempotencyRow)
        .where(IdempotencyRow.actor_id == actor_id, IdempotencyRow.key == key)
        .values(status=answer.status, body=answer.body)
    )
