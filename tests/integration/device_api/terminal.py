"""A gate terminal in front of the device API's own app, and the lane that it stands at."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from werkzeug.test import TestResponse

from backend.features.devices import service as devices
from backend.features.devices.model import Direction
from backend.features.residents.tables import ResidentRow
from backend.features.sites import service as sites
from backend.features.visits import announcing
from backend.features.visits import service as visits
from backend.features.visits.model import Visit, VisitWish
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import Work, unit_of_work
from backend.kernel.clock import utc_now
from backend.kernel.identity import Actor, ActorKind, Role, Scope, system_actor
from backend.kernel.ids import DeviceId, GateId, ResidentId, uuid7
from tests.builders.bad_images import plain_jpeg
from tests.builders.community import Community, build_community


@dataclass
class Terminal:
    """Sends what a lane's controller sends, and whatever else a test wants sent with its token."""

    app: Flask
    device_id: DeviceId
    token: str
    boot_id: UUID = field(default_factory=uuid4)
    counter: int = 0

    def send(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"} | options.pop("headers", {})
        return self.app.test_client().open(path, method=method, headers=headers, **options)

    def get(self, path: str) -> TestResponse:
        return self.send("GET", path)

    def post(self, path: str, body: Any) -> TestResponse:
        return self.send("POST", path, json=body)

    def upload(self, picture: bytes, content_type: str = "image/jpeg") -> TestResponse:
        return self.send("POST", "/v1/media", data=picture, content_type=content_type)

    def uploaded(self) -> str:
        """The id of a picture that no event refers to yet."""
        return str(self.upload(plain_jpeg()).get_json()["media_id"])

    def envelope(self, **changes: Any) -> dict[str, Any]:
        self.counter += 1
        now = utc_now().isoformat()
        fresh = {"event_id": str(uuid4()), "boot_id": str(self.boot_id), "counter": self.counter}
        return fresh | {"occurred_at": now, "sent_at": now} | changes

    def capture(self, **changes: Any) -> TestResponse:
        """A picture and its event; without a picture where `media_ids` are given."""
        media = {} if "media_ids" in changes else {"media_ids": [self.uploaded()]}
        return self.post("/v1/captures", self.envelope(**media, **changes))

    def check(self, **credential: str) -> TestResponse:
        return self.post("/v1/pass-checks", self.envelope(**credential))

    def commands(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("/v1/commands").get_json()["commands"]
        return found


@dataclass(frozen=True)
class Lane:
    """A community with one gate, its way in and its way out, and a resident who expects visitors."""

    platform: Platform
    app: Flask
    community: Community
    gate_id: GateId
    entry: Terminal
    exit: Terminal
    resident: Actor

    def work(self) -> Any:
        return unit_of_work(self.platform.database, system_actor(self.community.tenant_id, [self.community.site_id]))

    def enrol(self, name: str, gate_id: GateId | None, direction: Direction | None) -> Terminal:
        with self.work() as work:
            return _enrol(work, self.platform, self.app, self.community, name, gate_id, direction)

    def expect(self, *, plate: str | None = None, starts_in: float = -1, lasts: float = 3, entries: int = 1) -> Visit:
        """A visit whose window begins in so many hours."""
        with unit_of_work(self.platform.database, self.resident) as work:
            start = work.now + timedelta(hours=starts_in)
            wish = VisitWish("陈访客", None, plate, start, start + timedelta(hours=lasts), entries)
            home = self.community.household_id
            resident_id = ResidentId(self.resident.id or uuid4())
            return announcing.register(work, self.platform.crypto, self.community.site_id, home, resident_id, wish)

    def qr_of(self, visit: Visit) -> str:
        with self.work() as work:
            return visits.pass_text(work, self.platform.crypto, visit)

    def cancel(self, visit: Visit) -> None:
        with self.work() as work:
            visits.cancel(work, self.community.scope, visit.id)


def build_lane(platform: Platform, app: Flask, name: str = "安邻花园") -> Lane:
    community = build_community(platform, name)
    with unit_of_work(platform.database, system_actor(community.tenant_id, [community.site_id])) as work:
        gate_id = sites.add_gate(work, community.site_id, "东门")
        entry = _enrol(work, platform, app, community, "东门进口", gate_id, Direction.ENTRY)
        leaving = _enrol(work, platform, app, community, "东门出口", gate_id, Direction.EXIT)
        resident = _resident(work, community)
    return Lane(platform, app, community, gate_id, entry, leaving, resident)


def _enrol(
    work: Work,
    platform: Platform,
    app: Flask,
    community: Community,
    name: str,
    gate_id: GateId | None,
    direction: Direction | None,
) -> Terminal:
    place = (community.tenant_id, community.site_id, name)
    enrolled = devices.enrol(work, platform.crypto, *place, gate_id=gate_id, direction=direction)
    return Terminal(app, enrolled.device_id, enrolled.token)


def _resident(work: Work, community: Community) -> Actor:
    resident_id = uuid7()
    openid = f"openid-{resident_id}"
    row = ResidentRow(id=resident_id, openid=openid, openid_hash=openid.encode(), phone=None, created_at=work.now)
    work.session.add(row)
    scope = Scope(frozenset({community.site_id}), frozenset({community.household_id}))
    return Actor(ActorKind.RESIDENT, resident_id, community.tenant_id, frozenset({Role.RESIDENT}), scope)
