"""A terminal's memory: what a power cut leaves. Every decision is written here before the barrier moves."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

_TABLES = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS number (boot_id TEXT PRIMARY KEY, last INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS asking (boot_id TEXT, counter INTEGER, body TEXT NOT NULL, PRIMARY KEY (boot_id, counter));
CREATE TABLE IF NOT EXISTS decision (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT UNIQUE NOT NULL, body TEXT NOT NULL, sent INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS decision_unsent ON decision (seq) WHERE sent = 0;
CREATE TABLE IF NOT EXISTS entry (event_id TEXT PRIMARY KEY, pass_id TEXT NOT NULL, counted_at TEXT);
CREATE INDEX IF NOT EXISTS entry_pass ON entry (pass_id);
"""


@dataclass(frozen=True)
class Asking:
    """An online check that was begun and has no answer."""

    boot_id: UUID
    counter: int
    body: dict[str, Any]


class Journal:
    """SQLite in WAL mode, every commit on the disk before it returns."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.executescript(_TABLES)

    def close(self) -> None:
        self._database.close()

    def setting(self, name: str) -> bytes | None:
        row = self._database.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return None if row is None else bytes(row[0])

    def keep(self, **settings: bytes) -> None:
        """All of them or none."""
        with self._writing() as database:
            database.executemany("INSERT OR REPLACE INTO setting VALUES (?, ?)", settings.items())

    def begin_asking(self, boot_id: UUID, body: dict[str, Any]) -> Asking:
        with self._writing() as database:
            counter = self._next(database, boot_id)
            database.execute("INSERT INTO asking VALUES (?, ?, ?)", (str(boot_id), counter, json.dumps(body)))
        return Asking(boot_id, counter, body)

    def unanswered(self) -> list[Asking]:
        rows = self._database.execute("SELECT boot_id, counter, body FROM asking ORDER BY rowid").fetchall()
        return [Asking(UUID(boot_id), counter, json.loads(body)) for boot_id, counter, body in rows]

    def answered(self, asking: Asking, pass_id: UUID | None, counted_at: datetime | None) -> None:
        """The platform has decided; `pass_id` where that was an entry on a pass."""
        with self._writing() as database:
            self._forget(database, asking)
            if pass_id is not None:
                self._enter(database, f"{asking.boot_id}:{asking.counter}", pass_id, counted_at)

    def decide(
        self, boot_id: UUID, body: dict[str, Any], pass_id: UUID | None = None, instead_of: Asking | None = None
    ) -> dict[str, Any]:
        """The decision with its number; on the disk when this returns."""
        with self._writing() as database:
            numbered = body | {"boot_id": str(boot_id), "counter": self._next(database, boot_id)}
            if instead_of is not None:
                self._forget(database, instead_of)
                numbered["unanswered"] = instead_of.counter
            event_id = numbered["event_id"]
            row = (event_id, json.dumps(numbered))
            database.execute("INSERT INTO decision (event_id, body, sent) VALUES (?, ?, 0)", row)
            if pass_id is not None:
                self._enter(database, event_id, pass_id, None)
        return numbered

    def unsent(self, limit: int) -> list[dict[str, Any]]:
        """The oldest first."""
        query = "SELECT body FROM decision WHERE sent = 0 ORDER BY seq LIMIT ?"
        return [json.loads(body) for (body,) in self._database.execute(query, (limit,)).fetchall()]

    def sent(self, event_ids: Iterable[str], counted_at: datetime) -> None:
        ids = [(event_id,) for event_id in event_ids]
        with self._writing() as database:
            database.executemany("UPDATE decision SET sent = 1 WHERE event_id = ?", ids)
            at = counted_at.isoformat()
            database.executemany("UPDATE entry SET counted_at = ? WHERE event_id = ?", [(at, *one) for one in ids])

    def uses_since(self, pass_id: UUID, since: datetime) -> int:
        rows = self._database.execute("SELECT counted_at FROM entry WHERE pass_id = ?", (str(pass_id),)).fetchall()
        return sum(at is None or datetime.fromisoformat(at) >= since for (at,) in rows)

    def last_written(self) -> datetime | None:
        row = self._database.execute("SELECT body FROM decision ORDER BY seq DESC LIMIT 1").fetchone()
        return None if row is None else datetime.fromisoformat(json.loads(row[0])["occurred_at"])

    def event_ids(self) -> Sequence[str]:
        return [event_id for (event_id,) in self._database.execute("SELECT event_id FROM decision ORDER BY seq")]

    def counts(self) -> tuple[int, int]:
        """Decisions in all, and those that wait to be sent."""
        row = self._database.execute("SELECT count(*), coalesce(sum(1 - sent), 0) FROM decision").fetchone()
        return int(row[0]), int(row[1])

    def _writing(self) -> "_Transaction":
        return _Transaction(self._database)

    def _next(self, database: sqlite3.Connection, boot_id: UUID) -> int:
        advance = "INSERT INTO number VALUES (?, 1) ON CONFLICT (boot_id) DO UPDATE SET last = last + 1 RETURNING last"
        return int(database.execute(advance, (str(boot_id),)).fetchone()[0])

    def _forget(self, database: sqlite3.Connection, asking: Asking) -> None:
        one = (str(asking.boot_id), asking.counter)
        database.execute("DELETE FROM asking WHERE boot_id = ? AND counter = ?", one)

    def _enter(self, database: sqlite3.Connection, event_id: str, pass_id: UUID, at: datetime | None) -> None:
        row = (event_id, str(pass_id), None if at is None else at.isoformat())
        database.execute("INSERT INTO entry VALUES (?, ?, ?)", row)


class _Transaction:
    """`BEGIN IMMEDIATE`, then commit or roll back."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> sqlite3.Connection:
        self._database.execute("BEGIN IMMEDIATE")
        return self._database

    def __exit__(self, kind: object, value: object, trace: object) -> None:
        self._database.execute("COMMIT" if kind is None else "ROLLBACK")
