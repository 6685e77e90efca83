"""A unit door with an intercom, a household whose phones are bound, and the guards of the site."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from backend.features.intercom.jobs import EndCall, RingPhone
from backend.features.residents import service as residents
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import Work, unit_of_work
from backend.kernel.clock import utc_now
from backend.kernel.identity import Actor, ActorKind, Role
from backend.kernel.ids import uuid7
from miniprogram_api.app import create_app
from miniprogram_api.wechat import build_mini_program
from notifications.catalogue import CATALOGUE
from notifications.contracts import TemplateKey
from tests.builders.bad_images import plain_jpeg
from tests.drivers.sandbox import Sandbox
from tests.integration.credentials.house import House
from tests.integration.miniprogram_api.phone import Phone
from workers.keeper import LeaseKeeper
from workers.registry import COMMON
from workers.running import Runner

WANG, LI = "openid-wang", "openid-li"
LI_PHONE = "13800000077"


@dataclass(frozen=True)
class Doorway:
    house: House
    api: Flask
    sandbox: Sandbox
    phones: dict[str, Phone] = field(default_factory=dict)

    @property
    def platform(self) -> Platform:
        return self.house.platform

    def ring(self, room: str = "501", picture: bool = True) -> TestResponse:
        door = self.house.unit_door
        media = [door.upload(plain_jpeg()).get_json()["media_id"]] if picture else []
        return door.post("/v1/intercom/calls", door.envelope(room=room, media_ids=media))

    def rung(self, room: str = "501") -> str:
        answer = self.ring(room)
        assert answer.status_code == 202, answer.text
        return str(answer.get_json()["call_id"])

    def at_station(self, call_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.house.unit_door.get(f"/v1/intercom/calls/{call_id}").get_json()
        return found

    def bind(self, openid: str, number: str, granted: int = 20) -> Phone:
        """A phone of the household: logged in, its number on file, approved by the property."""
        phone = Phone(self.api, self.sandbox, openid, number).log_in().share_number()
        binding = phone.post("/bindings", {"room_id": str(self.house.community.rooms[0])}).get_json()
        with self.house.work() as work:
            residents.decide_binding(work, self.house.within, binding["id"], approve=True)
        wechat = CATALOGUE[TemplateKey.INTERCOM_CALL].wechat
        if granted and wechat is not None:
            self.sandbox.grant(openid, wechat.template_id, granted)
        self.phones[openid] = phone
        return phone

    def wang(self, granted: int = 20) -> Phone:
        return self.bind(WANG, self.house.community.phone, granted)

    def li(self, granted: int = 20) -> Phone:
        self.house.settle("李小红", LI_PHONE)
        return self.bind(LI, LI_PHONE, granted)

    def later(self, seconds: float) -> "Doorway":
        """The same place when so many seconds have gone by."""
        database = replace(self.platform.database, clock=lambda: utc_now() + timedelta(seconds=seconds))
        return replace(self, house=replace(self.house, platform=replace(self.platform, database=database)))

    def run_jobs(self, kind: str = RingPhone.kind) -> int:
        """What a worker does of these jobs, whether they are due or not; how many it ran."""
        with self.platform.database.sessions.begin() as session:
            session.execute(text("UPDATE outbox_job SET not_before = clock_timestamp() WHERE finished_at IS NULL"))
            due = "SELECT id FROM outbox_job WHERE kind = :kind AND finished_at IS NULL ORDER BY created_at"
            ids = session.execute(text(due), {"kind": kind}).scalars().all()
        runner = Runner(self.platform, COMMON, LeaseKeeper(self.platform.database), f"worker-{uuid7()}")
        return sum(runner.run(job_id) for job_id in ids)

    def end_calls(self) -> None:
        self.run_jobs(EndCall.kind)

    def told(self) -> list[tuple[str, str]]:
        """Whom the providers have reached, and how, oldest first."""
        return [(one["channel"], one["recipient"]) for one in reversed(self.sandbox.messages())]

    @contextmanager
    def guarding(self) -> Iterator[Work]:
        staff = self.house.employ(f"guard{uuid7().hex[-6:]}", Role.GUARD)
        actor = Actor(
            ActorKind.STAFF, staff.id, self.house.community.tenant_id, frozenset({Role.GUARD}), self.house.within
        )
        with unit_of_work(self.platform.database, actor) as work:
            yield work

    def count(self, table: str) -> int:
        with self.platform.database.sessions() as session:
            return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())

    def history(self, call_id: str) -> list[str]:
        with self.platform.database.sessions() as session:
            rows = session.execute(
                text("SELECT what FROM intercom_event WHERE call_id = :id ORDER BY at, id"), {"id": UUID(call_id)}
            )
            return list(rows.scalars())


def with_providers(platform: Platform, sandbox: Sandbox) -> Platform:
    sms, wechat = sandbox.sms_settings(), sandbox.wechat_settings()
    settings = replace(
        platform.settings,
        sms_endpoint=sms.endpoint_url,
        sms_access_key_id=sms.access_key_id,
        sms_access_key_secret=sms.access_key_secret,
        sms_sign_name=sms.sign_name,
        voice_endpoint=sandbox.url,
        wechat_base_url=wechat.base_url,
        wechat_app_id=wechat.app_id,
        wechat_app_secret=wechat.app_secret,
    )
    return replace(platform, settings=settings)


def build_doorway(house: House, sandbox: Sandbox) -> Doorway:
    platform = with_providers(house.platform, sandbox)
    api = create_app(platform, build_mini_program(platform.settings))
    return Doorway(replace(house, platform=platform), api, sandbox)
