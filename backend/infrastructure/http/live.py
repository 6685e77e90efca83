"""Live pages: one listener on PostgreSQL for each process, fanned out to streams and waiting devices.

Frames carry positions and kinds, never content: the page fetches its own scoped fragment. Nothing is read from
Redis, so a restarted Redis is not seen here.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
import structlog
from psycopg import Notify
from sqlalchemy.exc import SQLAlchemyError

from backend.infrastructure import feed
from backend.infrastructure.listen import listening
from backend.infrastructure.unit_of_work import Database
from backend.kernel.identity import Scope
from backend.kernel.ids import SiteId

log = structlog.get_logger()

FRAME_EVERY_SECONDS = 0.25
"""At most four frames a second a page, however busy the gate."""
HEARTBEAT_SECONDS = 15.0
RECONNECT_SECONDS = 1.0
LISTENING_SECONDS = 3.0
"""A stream's first frame says "connected": it waits this long for the listener, then says what it knows."""


@dataclass(eq=False)
class Subscriber:
    sites: frozenset[SiteId]
    position: int
    kinds: set[str] = field(default_factory=set)
    wake: threading.Event = field(default_factory=threading.Event)


class LiveHub:
    """Starts its thread at first use, so that a forked server has one for each worker."""

    def __init__(self, database: Database, device_channel: str) -> None:
        self._database = database
        self._device_channel = device_channel
        self._lock = threading.Lock()
        self._subscribers: set[Subscriber] = set()
        self._waiting: dict[str, set[threading.Event]] = {}
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._listening = threading.Event()
        self._position = 0

    def stream(self, within: Scope, last_seen: int | None) -> Iterator[bytes]:
        """SSE frames for these sites from a position on; ends when the process stops.

        The first frame is sent at once, so that a page knows it is connected and what it missed.
        """
        subscriber = self._subscribe(within, last_seen)
        try:
            self._listening.wait(LISTENING_SECONDS)
            missed = sorted(self._missed(subscriber))
            yield b"retry: 1000\n" + _frame(subscriber.position, missed)
            while not self._stopping.is_set():
                woken = subscriber.wake.wait(HEARTBEAT_SECONDS)
                if self._stopping.is_set():
                    return
                yield self._next(subscriber) if woken else b": still here\n\n"
                self._stopping.wait(FRAME_EVERY_SECONDS)
        finally:
            with self._lock:
                self._subscribers.discard(subscriber)

    def _subscribe(self, within: Scope, last_seen: int | None) -> Subscriber:
        self._start()
        with self._database.sessions() as session:
            now_at = feed.last_position(session)
        subscriber = Subscriber(within.sites, now_at if last_seen is None else last_seen)
        with self._lock:
            self._subscribers.add(subscriber)
        return subscriber

    def _missed(self, subscriber: Subscriber) -> set[str]:
        with self._database.sessions() as session:
            entries = feed.read_after(session, subscriber.position, subscriber.sites)
        if entries:
            subscriber.position = entries[-1].position
        return {entry.kind for entry in entries}

    def _next(self, subscriber: Subscriber) -> bytes:
        with self._lock:
            kinds, subscriber.kinds = subscriber.kinds, set()
            subscriber.wake.clear()
        return _frame(subscriber.position, sorted(kinds))

    @contextmanager
    def waiting(self, device_id: str) -> Iterator[threading.Event]:
        """An event that is set when a command for the device commits from now on: look first, then wait."""
        self._start()
        event = threading.Event()
        with self._lock:
            self._waiting.setdefault(device_id, set()).add(event)
        try:
            yield event
        finally:
            with self._lock:
                self._waiting[device_id].discard(event)
                if not self._waiting[device_id]:
                    del self._waiting[device_id]

    def stop(self) -> None:
        """Ends every stream within moments."""
        self._stopping.set()
        with self._lock:
            for subscriber in self._subscribers:
                subscriber.wake.set()
            for events in self._waiting.values():
                for event in events:
                    event.set()

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="live-listener", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except (psycopg.Error, SQLAlchemyError, OSError) as failure:
                self._listening.clear()
                log.warning("live listener reconnects", error=type(failure).__name__)
                self._stopping.wait(RECONNECT_SECONDS)

    def _listen(self) -> None:
        with listening(self._database, (feed.SEQUENCED, self._device_channel)) as listener:
            self._catch_up()
            self._listening.set()
            while not self._stopping.is_set():
                for notice in listener.wait(1.0):
                    self._heard(notice)

    def _catch_up(self) -> None:
        """After a lost connection every page is told to look: something may have passed unheard."""
        with self._database.sessions() as session:
            self._position = feed.last_position(session)
        with self._lock:
            for subscriber in self._subscribers:
                subscriber.position = self._position
                subscriber.kinds.add("resync")
                subscriber.wake.set()
            for events in self._waiting.values():
                for event in events:
                    event.set()

    def _heard(self, notice: Notify) -> None:
        if notice.channel == self._device_channel:
            with self._lock:
                for event in self._waiting.get(notice.payload, ()):
                    event.set()
            return
        with self._lock:
            sites = frozenset().union(*(s.sites for s in self._subscribers))
        with self._database.sessions() as session:
            self._fan_out(feed.read_between(session, self._position, int(notice.payload), sites))
        self._position = max(self._position, int(notice.payload))

    def _fan_out(self, entries: list[feed.FeedEntry]) -> None:
        with self._lock:
            for entry in entries:
                for subscriber in self._subscribers:
                    if entry.site_id in subscriber.sites and entry.position > subscriber.position:
                        subscriber.position = entry.position
                        subscriber.kinds.add(entry.kind)
                        subscriber.wake.set()


def _frame(position: int, kinds: list[str]) -> bytes:
    body = json.dumps({"position": position, "kinds": kinds, "at": int(time.time())})
    return f"id: {position}\nevent: feed\ndata: {body}\n\n".encode()
