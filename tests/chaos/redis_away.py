"""Redis alone goes away, and nothing else is wrong: how long do urgent jobs take meanwhile?

First it hangs (connections stand, nothing answers), then it is gone. Messages and photos come at a steady pace.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from backend.device_api.app import create_app
from backend.kernel.clock import utc_now
from tests.builders.scenes import gate_scene
from tests.chaos.installation import Installation
from tests.chaos.load import served
from tests.chaos.scene import RESIDENT_PLATE, Scene, build_scene
from tests.chaos.tally import rows
from tests.drivers.gate import GateTerminal

HOMES = 20
AWAY_SECONDS = 20
PACE_SECONDS = 0.25
PHOTO_EVERY = 4
PATIENCE_SECONDS = 20
LONGEST_SECONDS = 5
_EFFECTS = {
    "messages": """
        SELECT extract(epoch FROM accepted_at - created_at)::float8 AS seconds FROM notice
        WHERE kind = 'visitor_pass' AND created_at BETWEEN :since AND :until""",
    "photos": """
        SELECT extract(epoch FROM p.decided_at - c.received_at)::float8 AS seconds
        FROM capture c LEFT JOIN passage p ON p.capture_id = c.id WHERE c.received_at BETWEEN :since AND :until""",
}


@dataclass(frozen=True)
class Away:
    """Seconds from promise to effect of the slowest job of a kind; None where one was never done meanwhile."""

    how: str
    kind: str
    jobs: int
    median_s: float
    slowest_s: float | None

    @property
    def passed(self) -> bool:
        return self.slowest_s is not None and self.slowest_s <= LONGEST_SECONDS

    def __str__(self) -> str:
        slowest = "never" if self.slowest_s is None else f"{self.slowest_s:.1f}"
        figures = f"median_s {self.median_s:.1f} slowest_s {slowest}"
        return f"redis {self.how} {AWAY_SECONDS} s or more: {self.kind} {self.jobs} {figures}"


class RedisAway:
    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._scene: Scene = build_scene(installation.platform, installation.sandbox, homes=HOMES)
        self._households = self._scene.households()
        self._photo = gate_scene(RESIDENT_PLATE, seed=3)
        self._sent = 0

    def __call__(self) -> list[Away]:
        installation, redis = self._installation, self._installation.redis
        installation.start()
        with served(create_app(self._scene.platform)) as base_url:
            gate = GateTerminal(base_url, base_url, self._scene.lane.token)
            self._send(gate, seconds=5)
            redis.pause()
            hanging = self._send_and_wait(gate, "hanging")
            redis.resume()
            self._send(gate, seconds=10)
            redis.kill()
            gone = self._send_and_wait(gate, "gone")
            redis.start()
        return [*hanging, *gone]

    def _send_and_wait(self, gate: GateTerminal, how: str) -> list[Away]:
        since = utc_now()
        self._send(gate, seconds=AWAY_SECONDS)
        until, deadline = utc_now(), time.monotonic() + PATIENCE_SECONDS
        while any(found.slowest_s is None for found in self._found(how, since, until)) and time.monotonic() < deadline:
            self._installation.keep_alive()
            time.sleep(0.1)
        return self._found(how, since, until)

    def _send(self, gate: GateTerminal, *, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            began = time.monotonic()
            self._installation.keep_alive()
            self._scene.announce(next(self._households), phone=f"139{self._sent:08d}")
            if self._sent % PHOTO_EVERY == 0:
                gate.capture(self._photo).raise_for_status()
            self._sent += 1
            time.sleep(max(0.0, PACE_SECONDS - (time.monotonic() - began)))

    def _found(self, how: str, since: datetime, until: datetime) -> list[Away]:
        database, found = self._installation.platform.database, []
        for kind, statement in _EFFECTS.items():
            times = [row.seconds for row in rows(database, statement, since=since, until=until)]
            done = [seconds for seconds in times if seconds is not None]
            slowest = max(done, default=0.0) if len(done) == len(times) else None
            found.append(Away(how, kind, len(times), median(done or [0.0]), slowest))
        return found
