"""Live pages hear what committed, four frames a second at most, and resume where they were."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import pytest

from backend.features.devices.service import COMMANDS
from backend.infrastructure.http.live import LiveHub
from backend.infrastructure.unit_of_work import Database, unit_of_work
from backend.kernel.identity import ANONYMOUS, Scope
from backend.kernel.ids import SiteId, uuid7
from backend.supervisor.postgres import PostgresServer
from tests.integration.mechanisms.jobs import in_background
from workers import loops

SITE = SiteId(uuid7())


@dataclass
class Page:
    """A browser's page on one stream."""

    hub: LiveHub
    frames: list[dict[str, Any]] = field(default_factory=list)

    def open(self, last_seen: int | None = None) -> "Page":
        Thread(target=self._read, args=[last_seen], daemon=True).start()
        assert eventually(lambda: bool(self.frames))
        return self

    def _read(self, last_seen: int | None) -> None:
        for chunk in self.hub.stream(Scope.of_sites({SITE}), last_seen):
            data = [line for line in chunk.decode().splitlines() if line.startswith("data: ")]
            if data:
                self.frames.append(json.loads(data[0].removeprefix("data: ")))

    @property
    def position(self) -> int:
        return int(self.frames[-1]["position"])

    def kinds(self, since: int = 0) -> set[str]:
        return {kind for frame in self.frames[since:] for kind in frame["kinds"]}


def eventually(condition: Callable[[], bool], seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    return condition()


def publish(database: Database, kind: str, site_id: SiteId = SITE) -> None:
    with unit_of_work(database, ANONYMOUS) as work:
        work.publish(kind, site_id, uuid7())


@pytest.fixture
def hub(database: Database) -> Iterator[LiveHub]:
    hub = LiveHub(database, COMMANDS)
    with in_background(lambda stopping: loops.sequence(database, stopping)):
        yield hub
        hub.stop()


def test_a_page_hears_of_its_site_and_of_no_other(database: Database, hub: LiveHub) -> None:
    page = Page(hub).open()
    publish(database, "elsewhere", SiteId(uuid7()))
    publish(database, "passage")
    assert eventually(lambda: "passage" in page.kinds())
    assert page.kinds() <= {"passage", "resync"}


def test_a_busy_gate_costs_four_frames_a_second_at_most(database: Database, hub: LiveHub) -> None:
    page = Page(hub).open()
    time.sleep(0.5)
    before, started = len(page.frames), time.monotonic()
    while time.monotonic() - started < 2:
        publish(database, "passage")
    time.sleep(0.5)
    assert 2 <= len(page.frames) - before <= 11


def test_a_page_resumes_where_it_was(database: Database, hub: LiveHub) -> None:
    first = Page(hub).open()
    publish(database, "passage")
    assert eventually(lambda: "passage" in first.kinds())
    publish(database, "notice")
    assert eventually(lambda: "notice" in first.kinds())
    again = Page(hub).open(last_seen=first.position - 1)
    assert again.frames[0]["kinds"] == ["notice"]


def test_streams_survive_a_restart_of_the_database(database: Database, hub: LiveHub, postgres: PostgresServer) -> None:
    page = Page(hub).open()
    time.sleep(0.5)  # its first connection may tell it to look, too
    before = len(page.frames)
    postgres.restart()
    assert eventually(lambda: "resync" in page.kinds(since=before)), "something may have passed unheard: look again"
    publish(database, "passage")
    assert eventually(lambda: "passage" in page.kinds())


def test_a_waiting_device_wakes_when_its_command_commits(database: Database, hub: LiveHub) -> None:
    device = str(uuid7())
    with hub.waiting(device) as told:
        time.sleep(0.5)
        told.clear()
        with database.sessions.begin() as session:
            session.connection().exec_driver_sql("SELECT pg_notify(%s, %s)", (COMMANDS, device))
        assert told.wait(5)


def test_streams_end_within_two_seconds_of_the_stop(hub: LiveHub, database: Database) -> None:
    ended: list[float] = []

    def read() -> None:
        list(hub.stream(Scope.of_sites({SITE}), None))
        ended.append(time.monotonic())

    reader = Thread(target=read, daemon=True)
    reader.start()
    time.sleep(0.5)
    stopped = time.monotonic()
    hub.stop()
    reader.join(2)
    assert ended
    assert ended[0] - stopped < 2
