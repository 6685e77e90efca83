"""What the stand-in providers remember: one SQLite file, synced to disk before any answer leaves."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any, Literal

ChannelName = Literal["sms", "wechat", "voice"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY, channel TEXT NOT NULL, provider_id TEXT NOT NULL, out_id TEXT NOT NULL,
    recipient TEXT NOT NULL, sender TEXT NOT NULL, template TEXT NOT NULL, params TEXT NOT NULL,
    text TEXT NOT NULL, accepted_at TEXT NOT NULL, reported_at TEXT);
CREATE INDEX IF NOT EXISTS message_by_recipient ON message (recipient, accepted_at);
CREATE INDEX IF NOT EXISTS message_unreported ON message (id) WHERE reported_at IS NULL;
CREATE TABLE IF NOT EXISTS user_code (
    code TEXT PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, made_at TEXT NOT NULL, used_at TEXT);
CREATE TABLE IF NOT EXISTS access_token (token TEXT PRIMARY KEY, expires_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS subscription (
    openid TEXT, template_id TEXT, quota INTEGER NOT NULL, PRIMARY KEY (openid, template_id));
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_TABLES = ("message", "user_code", "access_token", "subscription", "setting")


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedMessage:
    """One message that a stand-in has taken; `accepted_at` is ISO 8601 in UTC."""

    channel: ChannelName
    provider_id: str
    out_id: str
    recipient: str
    sender: str
    template: str
    params: Mapping[str, str]
    text: str
    accepted_at: str


def instant(moment: datetime | None = None) -> str:
    """The moment (now if none) as fixed-width UTC text, so that text order is time order."""
    return (moment or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="microseconds")


class Store:
    """Thread-safe; a transaction is on disk when its block ends."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; {_SCHEMA}")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._connection.in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            with self._connection:
                yield self._connection

    def accept(self, message: AcceptedMessage) -> None:
        row = asdict(message) | {"params": json.dumps(dict(message.params), ensure_ascii=False)}
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO message (channel, provider_id, out_id, recipient, sender, template, params, "
                "text, accepted_at) VALUES (:channel, :provider_id, :out_id, :recipient, :sender, "
                ":template, :params, :text, :accepted_at)",
                row,
            )

    def messages(self, *, recipient: str | None = None, limit: int = 200) -> list[dict[str, Any]]:
        """Newest first."""
        return self.rows(
            "SELECT * FROM message WHERE ? IS NULL OR recipient = ? ORDER BY id DESC LIMIT ?",
            recipient,
            recipient,
            limit,
        )

    def rows(self, query: str, *arguments: object) -> list[dict[str, Any]]:
        with self._lock:
            return [dict(row) for row in self._connection.execute(query, arguments)]

    def setting(self, name: str, default: Any) -> Any:
        found = self.rows("SELECT value FROM setting WHERE name = ?", name)
        return json.loads(found[0]["value"]) if found else default

    def set(self, name: str, value: Any) -> None:
        with self.transaction() as connection:
            connection.execute("REPLACE INTO setting VALUES (?, ?)", (name, json.dumps(value)))

    def clear(self) -> None:
        with self.transaction() as connection:
            for table in _TABLES:
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 (names of our own)
