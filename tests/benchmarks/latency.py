"""From photo to barrier: one capture a second against the real processes, the time split into its parts."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

from backend.features.people import service as people
from recognition.contracts import Band, band_for
from recognition.images import decode
from recognition.plates import default_reader
from tests.benchmarks.figures import percentile, show
from tests.builders.scenes import gate_scene
from tests.chaos.installation import Installation
from tests.chaos.scene import Scene, build_scene
from tests.chaos.tally import rows
from tests.drivers.gate import GateTerminal

PHOTOS, EVERY_SECONDS, WARM_UP = 60, 1.0, 5
PATIENCE_SECONDS = 60
DECISIONS = """
    SELECT p.id, p.read_ms, extract(epoch FROM d.issued_at)::float8 AS decided
    FROM passage p JOIN device_command d ON d.passage_id = p.id
"""


@dataclass(frozen=True)
class Sent:
    """Instants at the gate, Unix seconds; all processes share this machine's clock."""

    begun: float
    uploaded: float
    taken: float


@dataclass
class Lane:
    """A camera that sends and a barrier that waits for its command, as one terminal does."""

    base_url: str
    live_url: str
    token: str
    sent: dict[str, Sent] = field(default_factory=dict)
    told: dict[str, float] = field(default_factory=dict)
    closing: Event = field(default_factory=Event)

    def watch(self) -> None:
        gate = GateTerminal(self.base_url, self.live_url, self.token)
        while not self.closing.is_set():
            for command in gate.commands(wait_seconds=2):
                self.told.setdefault(str(command["passage_id"]), time.time())
                gate.acknowledge(command["id"])

    def photograph(self, photos: Iterable[bytes]) -> None:
        gate = GateTerminal(self.base_url, self.live_url, self.token)
        for photo in photos:
            begun = time.time()
            media_id = gate.upload(photo).json()["media_id"]
            uploaded = time.time()
            answer = gate.post("/v1/captures", gate.envelope(media_ids=[media_id]))
            self.sent[answer.json()["passage_id"]] = Sent(begun, uploaded, time.time())
            time.sleep(max(0.0, EVERY_SECONDS - (time.time() - begun)))


def bench_latency(installation: Installation) -> None:
    scene = build_scene(installation.platform, installation.sandbox)
    photos = _photos_of_residents(scene, WARM_UP + PHOTOS)
    show("photo_kilobytes", sum(map(len, photos)) / len(photos) / 1000, "kB (1280 x 960 JPEG)")
    installation.start("recognition", "workers")
    lane = Lane(*installation.serve(), scene.lane.token)
    watching = Thread(target=lane.watch, daemon=True)
    watching.start()
    lane.photograph(photos[:WARM_UP])
    _wait_for(lane, WARM_UP)
    lane.sent.clear()
    lane.photograph(photos[WARM_UP:])
    _wait_for(lane, WARM_UP + PHOTOS)
    lane.closing.set()
    watching.join()
    _show(lane, scene)


def _photos_of_residents(scene: Scene, count: int) -> list[bytes]:
    """Each of another car, since one that came twice would be parked; only plates that the engine is sure of."""
    photos: list[bytes] = []
    for number in range(10_007, 99_999, 1_237):
        plate = f"苏B{number}"
        photo = gate_scene(plate, seed=3)
        best = default_reader().read(decode(photo)).best
        if best is None or best.text != plate or band_for(best) is not Band.ACCEPT:
            continue
        with scene.work() as work:
            people.add_vehicle(work, scene.community.scope, scene.community.household_id, plate)
        photos.append(photo)
        if len(photos) == count:
            return photos
    raise AssertionError(f"the engine is sure of {len(photos)} plates only")


def _wait_for(lane: Lane, count: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(lane.told) < count:
        assert time.monotonic() < deadline, f"{count - len(lane.told)} photos opened nothing"
        time.sleep(0.05)


def _show(lane: Lane, scene: Scene) -> None:
    decisions = {str(row.id): row for row in rows(scene.platform.database, DECISIONS)}
    ways = [_parts(sent, lane.told[passage], decisions[passage]) for passage, sent in lane.sent.items()]
    for name in ways[0]:
        values = [way[name] for way in ways]
        show(f"photo_to_barrier_{name}_p50_ms", percentile(values, 50), "ms")
        show(f"photo_to_barrier_{name}_p95_ms", percentile(values, 95), "ms")


def _parts(sent: Sent, told: float, decision: Any) -> dict[str, float]:
    """Milliseconds. `claim`: hint, claim, fetching and decoding the picture; `delivery`: deciding, commit, command."""
    inference = float(decision.read_ms)
    total = 1000 * (told - sent.begun)
    return {
        "upload": 1000 * (sent.uploaded - sent.begun),
        "event": 1000 * (sent.taken - sent.uploaded),
        "claim": 1000 * (decision.decided - sent.taken) - inference,
        "inference": inference,
        "delivery": 1000 * (told - decision.decided),
        "all_but_inference": total - inference,
        "total": total,
    }
