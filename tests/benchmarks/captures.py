"""Captures taken a second, in the service and over HTTP, beside raw INSERTs of the same rows."""

from datetime import UTC, datetime
from functools import partial
from threading import local
from typing import Any
from uuid import UUID, uuid4

import psycopg

from backend.features.devices import service as devices
from backend.features.devices.model import EventHeader
from backend.features.media import service as media
from backend.features.media.model import StoredImage
from backend.features.passages import service as passages
from backend.kernel.ids import PassageId, uuid7
from tests.benchmarks.figures import alternately, compare, rate
from tests.chaos.installation import Installation
from tests.chaos.scene import Scene, build_scene
from tests.drivers.gate import GateTerminal

COUNT, THREADS = 200, 4
PHOTO = StoredImage("ab/" + "0" * 32, bytes(32), 100_000, "image/jpeg", 1280, 960)
COPIED = ("device_event", "capture", "passage", "outbox_job", "feed")


def bench_captures(installation: Installation) -> None:
    scene = build_scene(installation.platform, installation.sandbox)
    raw = RawInserts(installation, scene)
    compare("captures_per_s", *alternately(partial(_in_service, scene), raw.rate), "captures/s")
    base_url, _ = installation.serve()
    compare("captures_http_per_s", *alternately(partial(_over_http, scene, base_url), raw.rate), "captures/s")


def _in_service(scene: Scene) -> float:
    """`devices.receive` around `take_capture`, one unit of work each, as the endpoint does it."""
    photos = _uploads(scene)
    return rate(lambda n: _take(scene, photos[n]), COUNT, THREADS)


def _uploads(scene: Scene) -> list[UUID]:
    with scene.work() as work:
        device_id, site_id = scene.lane.device_id, scene.community.site_id
        return [media.register(work, site_id, device_id, _photo()) for _ in range(COUNT)]


def _photo() -> StoredImage:
    name = uuid4().hex
    return StoredImage(
        f"{name[:2]}/{name}", PHOTO.sha256, PHOTO.byte_count, PHOTO.content_type, PHOTO.width, PHOTO.height
    )


def _take(scene: Scene, photo: UUID) -> None:
    now = datetime.now(UTC)
    header = EventHeader(uuid4(), uuid4(), 1, now, now, "capture")
    with scene.work() as work:
        device = devices.get_device(work.session, scene.community.scope, scene.lane.device_id)

        passage_id = PassageId(uuid7())

        def take() -> dict[str, str]:
            passages.take_capture(work, device, header, [photo], {}, passage_id)
            return {}

        devices.receive(work, device, header, bytes(32), take, passage_id=str(passage_id))


def _over_http(scene: Scene, base_url: str) -> float:
    photos, own = _uploads(scene), local()

    def post(n: int) -> None:
        if not hasattr(own, "gate"):
            own.gate = GateTerminal(base_url, base_url, scene.lane.token)
        own.gate.post("/v1/captures", own.gate.envelope(media_ids=[str(photos[n])])).raise_for_status()

    return rate(post, COUNT, THREADS)


class RawInserts:
    """The rows of one taken capture, copied under new ids in one transaction each: what the disk alone would allow."""

    def __init__(self, installation: Installation, scene: Scene) -> None:
        _take(scene, _uploads(scene)[0])
        self._url = installation.postgres.app_url.replace("postgresql+psycopg", "postgresql", 1)
        self._own = local()
        self._statements = [_copy_of_one(self._connection(), table) for table in COPIED]

    def _connection(self) -> "psycopg.Connection[tuple[Any, ...]]":
        if not hasattr(self._own, "connection"):
            self._own.connection = psycopg.connect(self._url)
        connection: psycopg.Connection[tuple[Any, ...]] = self._own.connection
        return connection

    def rate(self) -> float:
        return rate(self._insert, COUNT, THREADS)

    def _insert(self, _: int) -> None:
        connection = self._connection()
        with connection.transaction():
            for statement in self._statements:
                connection.execute(statement, {"id": uuid7()})
        connection.commit()


def _copy_of_one(connection: "psycopg.Connection[tuple[Any, ...]]", table: str) -> str:
    found = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
    ).fetchall()
    fresh = {"id": "%(id)s", "event_id": "%(id)s", "capture_id": "%(id)s", "position": "NULL"}
    names = [str(name) for (name,) in found]
    values = ", ".join(fresh.get(name, f'"{name}"') for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({listed}) SELECT {values} FROM {table} LIMIT 1"
