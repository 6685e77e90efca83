"""Sealing old values with the current key, so that an older version of it can be retired."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, MetaData, bindparam, func, select, type_coerce, update
from sqlalchemy.orm import Session

from backend.infrastructure.keys import Key
from backend.infrastructure.sealed import SealedText
from backend.infrastructure.unit_of_work import Database

BATCH = 500


def sealed_columns(metadata: MetaData) -> list[Column[Any]]:
    """Every encrypted column there is: a new one cannot be forgotten by a rotation."""
    return [c for table in metadata.sorted_tables for c in table.columns if isinstance(c.type, SealedText)]


def _version(column: Column[Any]) -> ColumnElement[int]:
    return func.get_byte(type_coerce(column, LargeBinary), 0)


def count_sealed_with(session: Session, metadata: MetaData, version: int) -> int:
    """How many values need this version of the key."""
    queries = (select(func.count()).where(_version(c) == version) for c in sealed_columns(metadata))
    return sum(session.execute(query).scalar_one() for query in queries)


def reseal_all(database: Database, metadata: MetaData, current: Key) -> Iterator[tuple[str, int]]:
    """Column by column in small transactions, so that nobody waits; yields its name and how many values changed."""
    for column in sealed_columns(metadata):
        total = 0
        while count := _reseal_batch(database, column, current.version):
            total += count
        yield f"{column.table.name}.{column.name}", total


def _reseal_batch(database: Database, column: Column[Any], version: int) -> int:
    """Reading opens with the old key and writing seals with the new one: the column's type does both."""
    keys = list(column.table.primary_key)
    stale = select(*keys, column).where(_version(column) != version).limit(BATCH).with_for_update()
    with database.sessions.begin() as session:
        rows = session.execute(stale).all()
        if rows:
            here = [key == bindparam(f"key_{key.name}") for key in keys]
            change = update(column.table).where(*here).values({column: bindparam("plain")})
            session.connection().execute(change, [_values(keys, row) for row in rows])
    return len(rows)


def _values(keys: list[Column[Any]], row: Any) -> dict[str, Any]:
    return {f"key_{key.name}": value for key, value in zip(keys, row, strict=False)} | {"plain": row[-1]}
