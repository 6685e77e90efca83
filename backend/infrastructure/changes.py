"""What every register keeps of each change: who, when, which fields, their values before and after.

A table becomes a register by `{"info": register("vehicle")}` among its `__table_args__`. From then on each row that a
unit of work adds, changes or removes through its session is noted, in the same transaction and without a word in the
stores. Values are sealed, all of them: nearly every register is about people.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, Index, LargeBinary, Text, func, insert, inspect, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.orm.attributes import get_history

from backend.infrastructure.database import Row, personal
from backend.infrastructure.sealed import SealedText
from backend.kernel.identity import Actor, ActorKind, Scope
from backend.kernel.ids import uuid7

_INFO = "register"
_BUFFER = "register_changes"
DERIVED = {"derived": True}
"""Marks a column that follows from others: its changes are theirs."""
_ALWAYS_THERE = frozenset({"id", "site_id", "tenant_id", "created_at"})


class ChangeAction(Enum):
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class RegisterChangeRow(Row):
    __tablename__ = "register_change"
    __table_args__ = (Index("ix_register_change_subject_id", "subject_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[UUID]
    action: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID | None]
    fields: Mapped[str] = mapped_column(SealedText("register_change.fields"), info=personal("register_change"))
    """JSON: field → [before, after]."""


@dataclass(frozen=True)
class Difference:
    before: Any = field(repr=False)
    after: Any = field(repr=False)


@dataclass(frozen=True)
class Change:
    id: UUID
    kind: str
    action: ChangeAction
    at: datetime
    actor_kind: ActorKind
    actor_id: UUID | None
    fields: dict[str, Difference] = field(repr=False)
    subject_id: UUID


def register(kind: str, about: str = "id") -> dict[str, Any]:
    """Marks a table as a register; its changes are read by the id in its column `about`."""
    return {_INFO: (kind, about)}


def begin(session: Session) -> None:
    """From now on the session notes what it flushes; `write` keeps it."""
    session.info[_BUFFER] = []


def collect(session: Session, flush_context: object) -> None:
    """SQLAlchemy's `after_flush`: the SQL has succeeded, and the objects still know what they were before."""
    buffer = session.info.get(_BUFFER)
    if buffer is None:
        return
    noted = [(row, ChangeAction.ADDED) for row in session.new]
    noted += [(row, ChangeAction.CHANGED) for row in session.dirty]
    noted += [(row, ChangeAction.REMOVED) for row in session.deleted]
    for row, action in noted:
        if _INFO in row.__table__.info:
            _note(buffer, row, action)


def _note(buffer: list[dict[str, Any]], row: Any, action: ChangeAction) -> None:
    differences = _differences(row, action)
    if differences:
        kind, about = row.__table__.info[_INFO]
        buffer.append(
            {
                "id": uuid7(),
                "site_id": row.site_id if hasattr(row, "site_id") else row.id,
                "kind": kind,
                "subject_id": getattr(row, about),
                "action": action.value,
                "fields": json.dumps(differences, ensure_ascii=False),
            }
        )


def _differences(row: Any, action: ChangeAction) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for attribute in inspect(row).mapper.column_attrs:
        if not _is_told(attribute.columns[0]):
            continue
        before, after = _values(row, attribute.key, action)
        if before != after:
            found[attribute.key] = [_plain(before), _plain(after)]
    return found


def _is_told(column: Column[Any]) -> bool:
    """Not the keys by which a value is found again, nor what places and dates the row itself."""
    derived = isinstance(column.type, LargeBinary | ARRAY) or column.computed is not None or "derived" in column.info
    return not derived and column.name not in _ALWAYS_THERE


def _values(row: Any, key: str, action: ChangeAction) -> tuple[Any, Any]:
    now = getattr(row, key)
    match action:
        case ChangeAction.ADDED:
            return None, now
        case ChangeAction.REMOVED:
            return now, None
        case ChangeAction.CHANGED:
            history = get_history(row, key)
            return (history.deleted[0] if history.deleted else now), now


def _plain(value: Any) -> Any:
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def write(session: Session, actor: Actor, now: datetime) -> None:
    """Keeps what was noted, in one statement and in the caller's transaction."""
    session.flush()
    noted: list[dict[str, Any]] = session.info[_BUFFER]
    if noted:
        who = {"at": now, "actor_kind": actor.kind.value, "actor_id": actor.id}
        session.execute(insert(RegisterChangeRow), [change | who for change in noted])
        noted.clear()


def history_of(session: Session, within: Scope, subjects: Iterable[UUID], limit: int = 100) -> Sequence[Change]:
    """The changes of these objects, newest first."""
    rows = session.scalars(
        select(RegisterChangeRow)
        .where(RegisterChangeRow.subject_id.in_(list(subjects)), RegisterChangeRow.site_id.in_(within.sites))
        .order_by(RegisterChangeRow.id.desc())
        .limit(limit)
    )
    return [_change(row) for row in rows]


def stamp_since(session: Session, within: Scope, since: datetime) -> str:
    """Another text whenever a register of these sites has changed since; how many changes there are, and the last."""
    query = select(func.count(), func.max(RegisterChangeRow.at)).where(
        RegisterChangeRow.at >= since, RegisterChangeRow.site_id.in_(within.sites)
    )
    count, last = session.execute(query).one()
    return f"{count} {last}"


def _change(row: RegisterChangeRow) -> Change:
    fields = {name: Difference(*pair) for name, pair in json.loads(row.fields).items()}
    actor = ActorKind(row.actor_kind)
    return Change(row.id, row.kind, ChangeAction(row.action), row.at, actor, row.actor_id, fields, row.subject_id)
