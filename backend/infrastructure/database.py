"""The one database: PostgreSQL through SQLAlchemy 2.0 and psycopg 3."""

import select
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import DateTime, Engine, MetaData, create_engine, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import Uuid

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(DeclarativeBase):
    """Base of every table. A column with personal data carries `info=personal("<retention kind>")`."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: DateTime(timezone=True), UUID: Uuid(), dict[str, Any]: JSONB()}  # noqa: RUF012


def personal(kind: str) -> dict[str, Any]:
    """Marks a column as personal data of one kind of the retention table (`backend/retention.py`)."""
    return {"personal": kind}


def open_engine(url: str, pool_size: int = 8) -> Engine:
    """An engine whose statements give up rather than hang: 30 s a statement, 5 s for a lock."""
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=20,
        pool_pre_ping=False,
        connect_args={
            "connect_timeout": 5,
            "options": "-c statement_timeout=30000 -c lock_timeout=15000 -c timezone=UTC",
            "application_name": "anlin",
        },
    )
    _discard_dead_connections(engine)
    return engine


def _discard_dead_connections(engine: Engine) -> None:
    """A restarted server closes every pooled connection; ask the socket, not the server, at check-out.

    `SELECT 1` before each use (`pool_pre_ping`) would cost a round trip a request for a rare event.
    """

    @event.listens_for(engine, "checkout")
    def refuse_closed(connection: psycopg.Connection[Any], record: object, proxy: object) -> None:
        if connection.closed or _has_unread_input(connection):
            raise DisconnectionError  # SQLAlchemy discards the connection and opens another


def _has_unread_input(connection: psycopg.Connection[Any]) -> bool:
    """An idle connection with readable input has been closed by the server (or holds its farewell)."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
