"""A community with a gate, its two lanes, staff who log in, a visit, and cars that come."""

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend.features.accounts import service as accounts
from backend.features.accounts.model import NewStaff
from backend.features.devices import service as devices
from backend.features.devices.model import CommandOutcome, Direction, EventHeader
from backend.features.media import service as media
from backend.features.passages import desk
from backend.features.passages import service as passages
from backend.features.passages.jobs import RecognisePlate
from backend.features.passages.model import HandReason, PlateObservation, VehicleSeen
from backend.features.passages.readings import apply_reading
from backend.features.passages.tables import CaptureRow
from backend.features.residents.tables import ResidentRow
from backend.features.sites import service as sites
from backend.features.visits import announcing
from backend.features.visits.model import Visit, VisitWish
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import Work, unit_of_work
from backend.kernel.clock import utc_now
from backend.kernel.identity import Actor, ActorKind, Role, Scope, system_actor
from backend.kernel.ids import DeviceId, GateId, PassageId, ResidentId, SiteId, TenantId, uuid7
from tests.builders.community import Community, build_community
from tests.builders.scenes import gate_scene

PASSWORD = "Yue4-liang-men"


@dataclass(frozen=True)
class StaffMember:
    id: UUID
    username: str
    totp_secret: str

    def code(self) -> str:
        return pyotp.TOTP(self.totp_secret).now()


@dataclass(frozen=True)
class Arrival:
    """A photo that is not read yet: the passage that the guard sees, and the job that will read it."""

    passage_id: PassageId
    job: RecognisePlate


@dataclass(frozen=True)
class Gatehouse:
    platform: Platform
    community: Community
    gate_id: GateId
    entry: DeviceId
    exit: DeviceId
    resident_id: ResidentId

    @property
    def within(self) -> Scope:
        return self.community.scope

    def work(self) -> AbstractContextManager[Work]:
        """A transaction of the platform itself, within this community."""
        actor = system_actor(self.community.tenant_id, [self.community.site_id])
        return unit_of_work(self.platform.database, actor)

    def hire(
        self, username: str, role: Role, name: str = "李保安", *, sites: list[SiteId] | None = None, totp: bool = True
    ) -> StaffMember:
        reached = frozenset([self.community.site_id] if sites is None else sites)
        police = role in (Role.POLICE_OFFICER, Role.POLICE_SUPERVISOR)
        tenant = None if police else self.community.tenant_id
        with self.work() as work:
            staff_id = accounts.create_staff(
                work, NewStaff(username, name, PASSWORD, frozenset({role}), tenant, reached)
            )
            secret = accounts.enrol_totp(work, staff_id).secret if totp else ""
        return StaffMember(staff_id, username, secret)

    def car(
        self, observation: PlateObservation | None, *, seed: int = 0, lane: DeviceId | None = None, age_seconds: int = 0
    ) -> PassageId:
        """A photo at the gate; without an observation it is still being read."""
        arrival = self.arrives(gate_scene("苏A12345", seed=seed), lane=lane, age_seconds=age_seconds)
        if observation is not None:
            self.read(arrival.job, observation)
        return arrival.passage_id

    def arrives(
        self,
        photo: bytes,
        *,
        lane: DeviceId | None = None,
        age_seconds: float = 0,
        vehicle: VehicleSeen = passages.NOTHING_SAID,
    ) -> Arrival:
        """A photo that waits to be read."""
        image = media.store_image(self.platform.media, photo)
        with self.work() as work:
            device = devices.get_device(work.session, self.within, lane or self.entry)
            at = work.now - timedelta(seconds=age_seconds)
            header = EventHeader(uuid4(), uuid4(), 1, at, work.now, "plate")
            media_id = media.register(work, device.site_id, device.id, image)
            work.session.flush()
            passage_id = PassageId(uuid7())
            passages.take_capture(work, device, header, [media_id], {}, passage_id, vehicle)
            capture = work.session.query(CaptureRow).filter_by(event_id=header.event_id).one()
            return Arrival(passage_id, RecognisePlate(capture.id, capture.received_at))

    def later(self, seconds: float) -> "Gatehouse":
        """The same place when so many seconds have gone by."""
        database = replace(self.platform.database, clock=lambda: utc_now() + timedelta(seconds=seconds))
        return replace(self, platform=replace(self.platform, database=database))

    def read(self, job: RecognisePlate, observation: PlateObservation) -> None:
        with self.work() as work:
            capture = passages.get_capture(work.session, self.within, job)
            apply_reading(work, self.within, capture, observation)

    def emergency(self) -> PassageId:
        with self.work() as work:
            return desk.emergency_open(work, self.within, self.entry)

    def open_by_hand(self, passage_id: PassageId) -> None:
        with self.work() as work:
            desk.open_by_hand(work, self.within, passage_id, HandReason.OTHER)

    def give_reason(self, passage_id: PassageId) -> None:
        with self.work() as work:
            desk.give_reason(work, self.within, passage_id, HandReason.DEVICE_FAULT)

    def acknowledge(self, lane: DeviceId, outcome: CommandOutcome = CommandOutcome.DONE) -> None:
        with self.work() as work:
            for command in devices.poll_commands(work, lane):
                devices.acknowledge(work, lane, command.id, outcome)

    def expect(
        self,
        name: str = "陈访客",
        plate: str | None = None,
        *,
        starts_in_hours: float = -1,
        hours: float = 3,
        entries: int = 1,
    ) -> Visit:
        scope = Scope(frozenset({self.community.site_id}), frozenset({self.community.household_id}))
        actor = Actor(ActorKind.RESIDENT, self.resident_id, self.community.tenant_id, frozenset({Role.RESIDENT}), scope)
        with unit_of_work(self.platform.database, actor) as work:
            start = work.now + timedelta(hours=starts_in_hours)
            wish = VisitWish(name, None, plate, start, start + timedelta(hours=hours), entries)
            return announcing.register(
                work,
                self.platform.crypto,
                self.community.site_id,
                self.community.household_id,
                self.resident_id,
                wish,
            )


def build_gatehouse(platform: Platform, name: str = "安邻花园") -> Gatehouse:
    community = build_community(platform, name)
    resident_id = ResidentId(uuid7())
    with unit_of_work(platform.database, system_actor(community.tenant_id, [community.site_id])) as work:
        work.session.add(
            ResidentRow(id=resident_id, openid=name, openid_hash=name.encode(), phone=None, created_at=work.now)
        )
    return build_lanes(platform, community, resident_id)


def build_lanes(platform: Platform, community: Community, resident_id: ResidentId) -> Gatehouse:
    """A gate with its two lanes for a community that stands already; the resident is the one who expects visitors."""
    with unit_of_work(platform.database, system_actor(community.tenant_id, [community.site_id])) as work:
        gate_id = sites.add_gate(work, community.site_id, "东门")
        entry = _lane(work, platform, community.tenant_id, community.site_id, gate_id, "东门进口", Direction.ENTRY)
        leaving = _lane(work, platform, community.tenant_id, community.site_id, gate_id, "东门出口", Direction.EXIT)
    return Gatehouse(platform, community, gate_id, entry, leaving, resident_id)


def _lane(
    work: Work, platform: Platform, tenant: TenantId, site: SiteId, gate: GateId, name: str, direction: Direction
) -> DeviceId:
    return devices.enrol(work, platform.crypto, tenant, site, name, gate_id=gate, direction=direction).device_id


def logged_in(app: Flask, member: StaffMember) -> "Staff":
    """A client of the app after both steps of the log-in."""
    staff = Staff(app.test_client())
    page = staff.post("/login", username=member.username, password=PASSWORD).get_data(as_text=True)
    answer = staff.post("/login/code", challenge=challenge_of(page), code=member.code())
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return staff


def challenge_of(page: str) -> str:
    return page.split('name="challenge" value="')[1].split('"')[0]


@dataclass(frozen=True)
class Staff:
    """Somebody at a browser: carries cookies and, as the pages do, the CSRF token."""

    client: FlaskClient

    def get(self, address: str, **headers: str) -> TestResponse:
        return self.client.get(address, headers={name.replace("_", "-"): text for name, text in headers.items()})

    def read(self, address: str) -> str:
        answer = self.get(address)
        assert answer.status_code == 200, answer.status
        return answer.get_data(as_text=True)

    def post(self, address: str, **form: str) -> TestResponse:
        """A form's post."""
        return self.client.post(address, data=form | {"csrf_token": self.token()})

    def press(self, address: str, **form: str) -> TestResponse:
        """A button's post through htmx."""
        return self.client.post(address, data=form, headers={"HX-Request": "true", "X-CSRFToken": self.token()})

    def token(self) -> str:
        page = self.client.get("/nothing-here").get_data(as_text=True)
        return page.split('name="csrf-token" content="')[1].split('"')[0]


def events_of(answer: TestResponse) -> dict[str, Any]:
    """What a fragment's arrival raises on the page."""
    found: dict[str, Any] = json.loads(answer.headers["HX-Trigger"])
    return found


def certain(plate: str | None) -> PlateObservation:
    return PlateObservation(plate, True, 0.98, "test", colour="blue")


def uncertain(plate: str, *others: tuple[str, float]) -> PlateObservation:
    return PlateObservation(plate, False, 0.62, "test", colour="blue", alternatives=others)
