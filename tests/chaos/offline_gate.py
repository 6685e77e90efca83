"""A gate without a network for most of the time, whose power is cut again and again, and what arrives of its decisions.

The pipe that says when the barrier moved is a witness of its own: what it has seen must be in the journal, and what is
in the journal must be at the platform, once, in order, without a gap.
"""

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from backend.bootstrap import build_platform
from backend.device_api.app import create_app
from backend.features.gate_lists import service as gate_lists
from backend.features.people import service as people
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.keys import create_keys
from backend.infrastructure.migrate import upgrade
from backend.infrastructure.settings import read_settings
from backend.kernel.clock import utc_now
from backend.supervisor.settings import REPOSITORY
from tests.chaos.flapping import Flapping
from tests.chaos.load import served
from tests.drivers.journal import Journal
from tests.drivers.offline_gate import HttpWire, OfflineGate
from tests.drivers.servers import embedded_postgres
from tests.integration.device_api.terminal import Lane, build_lane

PLATES = 40
PATIENCE_SECONDS = 300


@dataclass(frozen=True)
class OfflineTally:
    events: int
    kills: int
    cuts: int
    lost: int
    doubled: int
    disordered: int
    gaps: int
    seconds: float

    @property
    def passed(self) -> bool:
        return not (self.lost or self.doubled or self.disordered or self.gaps)

    def __str__(self) -> str:
        return (
            f"events {self.events} kills {self.kills} cuts {self.cuts} lost {self.lost} doubled {self.doubled} "
            f"disordered {self.disordered} gaps {self.gaps} seconds {self.seconds:.0f}"
        )


@contextmanager
def database_alone(folder: Path) -> Iterator[Platform]:
    """A platform on a durable PostgreSQL of its own; nothing else runs."""
    with embedded_postgres(folder / "servers", fsync=True) as postgres:
        upgrade(postgres.owner_url, postgres.app_url)
        keys = folder / "keys.toml"
        create_keys(keys, utc_now())
        urls = {"DATABASE_URL": postgres.app_url, "DATABASE_OWNER_URL": postgres.owner_url}
        unused = {"REDIS_URL": "redis://127.0.0.1:1/0"}
        platform = build_platform(read_settings(urls | unused | {"STATE_DIR": str(folder), "KEYS_FILE": str(keys)}))
        yield platform
        platform.database.engine.dispose()


class OfflineRun:
    def __init__(self, platform: Platform, folder: Path, events: int, kills: int, seed: int) -> None:
        self._platform, self._folder = platform, folder
        self._events, self._kills = events, kills
        self._dice = random.Random(seed)
        self._opened: list[str] = []
        self._killed = 0

    def __call__(self) -> OfflineTally:
        started = time.monotonic()
        lane = build_lane(self._platform, create_app(self._platform))
        with served(lane.app) as base_url:
            port = int(base_url.rsplit(":", 1)[1])
            self._prepare(lane, base_url)
            network = Flapping(port, self._dice.getrandbits(32))
            network.start()
            try:
                self._drive(network, lane.entry.token)
            finally:
                network.stop()
        return self._count(lane, network.cuts, time.monotonic() - started)

    @property
    def _journal(self) -> Path:
        return self._folder / "gate.sqlite"

    @property
    def _shown(self) -> Path:
        return self._folder / "shown.json"

    def _prepare(self, lane: Lane, base_url: str) -> None:
        """Registered plates, strange ones, a pass with many entries and a forged one; the list that knows them."""
        plates = [f"苏A{10000 + n}" for n in range(PLATES)]
        with lane.work() as work:
            for plate in plates:
                people.add_vehicle(work, lane.community.scope, lane.community.household_id, plate)
        visit = lane.qr_of(lane.expect(entries=20))
        journal = Journal(self._journal)
        gate = OfflineGate(HttpWire(base_url, lane.entry.token), journal)
        gate.enrol()
        with lane.work() as work:
            gate_lists.build(work, self._platform.crypto, lane.community.scope, lane.community.site_id)
        assert gate.fetch() == 200
        journal.close()
        shown = [["plate", plate] for plate in plates] + [["plate", "浙B5K3M7"]] * 5
        shown += [["pass", visit]] * 10 + [["pass", visit[:-1] + ("A" if visit[-1] != "A" else "B")]] * 5
        self._dice.shuffle(shown)
        self._shown.write_text(json.dumps(shown))

    def _drive(self, network: Flapping, token: str) -> None:
        """Starts the terminal again whenever it was killed, until it has nothing left to send."""
        deadline = time.monotonic() + PATIENCE_SECONDS + self._events / 10
        while time.monotonic() < deadline:
            process = self._start(network.port, token)
            if self._watch(process):
                return
        raise AssertionError(f"not done in time: {len(self._opened)} opened, {self._killed} kills")

    def _start(self, port: int, token: str) -> "subprocess.Popen[str]":
        arguments = (str(port), token, str(self._journal), str(self._shown), str(self._events))
        command = [sys.executable, "-m", "tests.chaos.gate_process", *arguments]
        return subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)

    def _watch(self, process: "subprocess.Popen[str]") -> bool:
        """Reads what the barrier did, and kills at a moment that nobody chose; True when the terminal was done."""
        assert process.stdout is not None
        until_kill = self._next_kill()
        for line in process.stdout:
            self._opened.append(line.split()[1])
            until_kill -= 1
            if until_kill <= 0:
                time.sleep(self._dice.uniform(0, 0.02))
                process.send_signal(signal.SIGKILL)
                self._killed += 1
                break
        self._opened += [line.split()[1] for line in process.stdout if line.endswith("\n")]
        return process.wait() == 0

    def _next_kill(self) -> int:
        if self._killed >= self._kills:
            return self._events * 10
        share = max(1, self._events * 2 // (3 * self._kills))
        return self._dice.randint(1, share)

    def _count(self, lane: Lane, cuts: int, seconds: float) -> OfflineTally:
        written = Journal(self._journal).event_ids()
        with self._platform.database.sessions() as session:
            rows = session.execute(
                text(
                    "SELECT event_id, passage_id, boot_id, counter, received_at FROM offline_decision"
                    " WHERE device_id = :device ORDER BY received_at, id"
                ),
                {"device": lane.entry.device_id},
            ).all()
            gaps = "SELECT count(*) FROM offline_finding WHERE kind = 'gap' AND closed_at IS NULL"
            open_gaps = session.execute(text(gaps)).scalar_one()
            passages = "SELECT count(*) FROM passage WHERE device_id = :device AND id = ANY(:ids)"
            ids = [row.passage_id for row in rows if row.passage_id is not None]
            known = session.execute(text(passages), {"device": lane.entry.device_id, "ids": ids}).scalar_one()
        arrived = [str(row.event_id) for row in rows]
        times = {str(row.event_id): row.received_at for row in rows}
        lost = (set(self._opened) - set(written)) | (set(written) - set(arrived))
        doubled = len(arrived) - len(set(arrived)) + len(set(arrived) - set(written)) + len(ids) - known
        return OfflineTally(
            len(written), self._killed, cuts, len(lost), doubled, _disordered(written, times), open_gaps, seconds
        )


def _disordered(written: Sequence[str], times: Mapping[str, datetime]) -> int:
    """How often a later decision arrived before an earlier one."""
    latest, count = datetime.min.replace(tzinfo=UTC), 0
    for event_id in written:
        at = times.get(event_id, latest)
        count += at < latest
        latest = max(latest, at)
    return count
