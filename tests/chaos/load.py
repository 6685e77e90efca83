"""The events: photos through the device API over HTTP, and messages through the residents' service.

Closed loop: no more is sent than the workers keep up with, so that delays come from faults and not from a queue.
"""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event, Lock, Thread
from typing import TypeVar
from uuid import UUID, uuid4

import requests
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.builders.scenes import gate_scene
from tests.chaos.scene import PLENTY, RESIDENT_PLATE, UNKNOWN_PLATE, VISITOR_PLATES, Scene
from tests.drivers.gate import GateTerminal

CAPTURE_SHARE = 0.15
OPEN_MESSAGES = 30
OPEN_PHOTOS = 6
RETRY_SECONDS = 0.5

T = TypeVar("T")


class QuietHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: thousands of lines."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The app on a loopback port, in threads of this process."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


@dataclass
class Open:
    """How many jobs are open now; sampled by the harness's main loop."""

    messages: int = 0
    photos: int = 0


@dataclass
class Load:
    """Sends `events`; what a caller was told has happened is kept in `visits` and `captures`."""

    scene: Scene
    base_url: str
    events: int
    seed: int
    open: Open = field(default_factory=Open)
    visits: list[UUID] = field(default_factory=list)
    captures: list[UUID] = field(default_factory=list)
    stopping: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._photos_left = round(self.events * CAPTURE_SHARE)
        self._messages_left = self.events - self._photos_left
        self._households = self.scene.households()
        plates = (RESIDENT_PLATE, UNKNOWN_PLATE, *VISITOR_PLATES)
        self._photos = [gate_scene(plate, seed=3) for plate in plates]
        for plate in VISITOR_PLATES:
            self.scene.announce(next(self._households), plate=plate, lasting=timedelta(hours=6), max_entries=PLENTY)

    @property
    def sent(self) -> int:
        return len(self.visits) + len(self.captures)

    def start(self, threads: ThreadPoolExecutor) -> list[Future[None]]:
        return [threads.submit(drive) for drive in (self._send_messages, self._send_messages, self._send_photos)]

    def _send_messages(self) -> None:
        while (number := self._take_message()) is not None:
            self._wait(lambda: self.open.messages < OPEN_MESSAGES)
            phone = f"139{number:08d}"
            visit = self._insist(lambda household, phone=phone: self.scene.announce(household, phone=phone))
            if visit is not None:
                self.visits.append(visit.id)

    def _take_message(self) -> int | None:
        with self._lock:
            self._messages_left -= 1
            return self._messages_left if self._messages_left >= 0 and not self.stopping.is_set() else None

    def _insist(self, announce: Callable[..., T]) -> T | None:
        """Until it is done; each try is a new promise, since a lost answer may hide a commit."""
        while not self.stopping.is_set():
            with self._lock:
                household = next(self._households)
            try:
                return announce(household)
            except SQLAlchemyError:
                time.sleep(RETRY_SECONDS)
        return None

    def _send_photos(self) -> None:
        dice = random.Random(self.seed)
        gate = GateTerminal(self.base_url, self.base_url, self.scene.lane.token)
        for _ in range(self._photos_left):
            self._wait(lambda: self.open.photos < OPEN_PHOTOS)
            if self.stopping.is_set():
                return
            self.captures.append(self._send_photo(gate, dice.choice(self._photos)))

    def _send_photo(self, gate: GateTerminal, photo: bytes) -> UUID:
        """As a device does: the same event id until it is taken."""
        event_id = uuid4()
        media_id = self._until_taken(lambda: gate.upload(photo))["media_id"]
        event = gate.envelope(event_id=str(event_id), media_ids=[media_id])
        self._until_taken(lambda: gate.post("/v1/captures", event | {"sent_at": datetime.now(UTC).isoformat()}))
        return event_id

    def _until_taken(self, call: Callable[[], requests.Response]) -> dict[str, str]:
        while True:
            try:
                answer = call()
                if answer.status_code < 500:
                    answer.raise_for_status()
                    taken: dict[str, str] = answer.json()
                    return taken
            except (requests.ConnectionError, requests.Timeout):
                pass
            time.sleep(RETRY_SECONDS)

    def _wait(self, condition: Callable[[], bool]) -> None:
        while not condition() and not self.stopping.is_set():
            time.sleep(0.02)
