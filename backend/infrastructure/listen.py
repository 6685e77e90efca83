"""Hearing NOTIFY: a connection of its own, outside the pool, that waits without polling."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from psycopg import Notify, sql

from backend.infrastructure.unit_of_work import Database


class Listener:
    def __init__(self, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        self._connection = connection

    def wait(self, seconds: float) -> list[Notify]:
        """What was notified, as soon as there is something; empty after the time. Raises psycopg.Error."""
        return list(self._connection.notifies(timeout=seconds, stop_after=1))


@contextmanager
def listening(database: Database, channels: Sequence[str]) -> Iterator[Listener]:
    """Raises psycopg.Error while the database is away; the caller tries again."""
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        for channel in channels:
            connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        yield Listener(connection)
