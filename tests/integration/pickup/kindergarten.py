"""A kindergarten on a Monday afternoon: a class of four with twins, a head, two teachers, a gate with a terminal."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import text

from backend.device_api.app import create_app
from backend.features.accounts.tables import StaffRow, StaffSiteRow
from backend.features.children import service as children
from backend.features.children.model import CustodyGround, GuardianRelation
from backend.features.credentials import service as credentials
from backend.features.credentials.model import Assurance, Credential, Holder
from backend.features.devices import service as devices
from backend.features.devices.model import Direction
from backend.features.people import service as people
from backend.features.people.model import PersonFields
from backend.features.pickup import service as pickup
from backend.features.pickup.model import Authorisation, CheckId, DelegationId
from backend.features.pickup.records import DelegateWish
from backend.features.sites import service as sites
from backend.features.sites.model import SiteKind
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import Work, unit_of_work
from backend.kernel.clock import local_day
from backend.kernel.identity import Actor, ActorKind, Role, Scope, system_actor
from backend.kernel.ids import ChildId, ClassId, PersonId, SiteId, StaffId, TenantId, uuid7
from tests.integration.device_api.terminal import Terminal

MONDAY_1630 = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
WEEKDAYS = frozenset(range(1, 6))
AFTERNOONS = Authorisation(True, WEEKDAYS, time(16), time(17, 30), date(2026, 9, 1))
PIN = "290417"


@dataclass
class Afternoon:
    """The clock of the kindergarten and of its gate."""

    now: datetime = MONDAY_1630

    def pass_by(self, **duration: float) -> None:
        self.now += timedelta(**duration)


@dataclass
class Kindergarten:
    platform: Platform
    app: Flask
    clock: Afternoon
    tenant_id: TenantId
    site_id: SiteId
    gate: Terminal
    side_gate: Terminal
    head: Actor
    teacher: Actor
    neighbour: Actor
    """The teacher of the class next door."""
    class_id: ClassId
    other_class_id: ClassId
    older: ChildId
    younger: ChildId
    """Twins."""
    other_child: ChildId
    """Of the class next door."""
    mother: PersonId
    father: PersonId

    @property
    def within(self) -> Scope:
        return Scope.of_sites({self.site_id})

    def work(self, actor: Actor | None = None) -> AbstractContextManager[Work]:
        return unit_of_work(self.platform.database, actor or self.head)

    def adult(self, name: str, phone: str | None = None, fields: PersonFields | None = None) -> PersonId:
        with self.work() as work:
            site = sites.get_site(work.session, self.within, self.site_id)
            return people.register_person(work, self.platform.crypto, site, fields or PersonFields(name, phone))

    def stand_by(self, person: PersonId, *child_ids: ChildId, line: Authorisation = AFTERNOONS) -> None:
        with self.work() as work:
            for child_id in child_ids:
                children.add_guardian(work, self.within, child_id, person, GuardianRelation.GRANDPARENT)
                pickup.add_line(work, self.within, child_id, person, line)

    def keep_away(self, person: PersonId, child_id: ChildId, document: str | None = "(2026)苏01民保令7号") -> UUID:
        ground = CustodyGround.HEAD_DECISION if document is None else CustodyGround.PROTECTION_ORDER
        with self.work() as work:
            return children.record_custody(work, self.within, child_id, person, ground, document)

    def card(self, person: PersonId, number: str, assurance: Assurance = Assurance.STANDARD) -> Credential:
        with self.work() as work:
            holder = Holder(person_id=person)
            return credentials.issue_card(work, self.platform.crypto, self.within, holder, number, assurance)

    def pin(self, person: PersonId, pin: str = PIN) -> None:
        with self.work() as work:
            credentials.set_pin(work, self.platform.crypto, self.within, Holder(person_id=person), pin)

    def delegate(self, by: PersonId, *child_ids: ChildId, **window: datetime) -> tuple[DelegationId, str]:
        start = window.get("start", self.clock.now - timedelta(minutes=10))
        wish = DelegateWish(frozenset(child_ids), "周阿姨", "103x", start, start + timedelta(hours=2))
        with self.work() as work:
            return pickup.name_delegate(work, self.platform.crypto, self.within, by, wish)

    def tap(self, gate: Terminal | None = None, **shown: Any) -> dict[str, Any]:
        answer = (gate or self.gate).post("/v1/pickup-checks", self.envelope(gate, **shown))
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.get_json()
        return body

    def envelope(self, gate: Terminal | None = None, **shown: Any) -> dict[str, Any]:
        now = self.clock.now.isoformat()
        return (gate or self.gate).envelope(**({"occurred_at": now, "sent_at": now} | shown))

    def latest_check(self) -> CheckId:
        return CheckId(self.rows("SELECT id FROM pickup_check ORDER BY id")[-1]["id"])

    def decisions(self) -> dict[UUID, str]:
        """Of the latest check: `admit`, or the reason, by child."""
        query = "SELECT child_id, coalesce(reason, outcome) AS said FROM pickup_decision WHERE check_id = :id"
        return {row["child_id"]: row["said"] for row in self.rows(query, id=self.latest_check())}

    def rows(self, query: str, **values: Any) -> list[Any]:
        with self.platform.database.sessions() as session:
            return list(session.execute(text(query), values).mappings())


def build_kindergarten(platform: Platform, name: str = "甘泉幼儿园") -> Kindergarten:
    clock = Afternoon()
    platform = replace(platform, database=replace(platform.database, clock=lambda: clock.now))
    app = create_app(platform)
    with unit_of_work(platform.database, system_actor()) as work:
        tenant_id = sites.add_tenant(work, name, "dengbao-3")
        site_id = sites.add_site(work, tenant_id, name, SiteKind.CAMPUS)
    with unit_of_work(platform.database, system_actor(tenant_id, [site_id])) as work:
        return _furnish(work, platform, app, clock, tenant_id, site_id)


def _furnish(
    work: Work, platform: Platform, app: Flask, clock: Afternoon, tenant_id: TenantId, site_id: SiteId
) -> Kindergarten:
    within = Scope.of_sites({site_id})
    site = sites.get_site(work.session, within, site_id)
    gate_id = sites.add_gate(work, site_id, "正门")
    tokens = [
        devices.enrol(work, platform.crypto, tenant_id, site_id, f"闸机{n}", gate_id=gate_id, direction=Direction.ENTRY)
        for n in (1, 2)
    ]
    gates = [Terminal(app, enrolled.device_id, enrolled.token) for enrolled in tokens]
    classes = [children.add_class(work, within, site, label) for label in ("小一班", "小二班")]
    born = date(2022, 5, 6)
    kids = [children.add_child(work, within, site, classes[n // 2], f"豆豆{'甲乙丙'[n]}", born) for n in range(3)]
    parents = [people.add_person(work, platform.crypto, site, parent) for parent in ("李妈妈", "王爸爸")]
    for parent in parents:
        for child_id in kids[:2]:
            children.add_guardian(work, within, child_id, parent, GuardianRelation.MOTHER)
            pickup.add_line(work, within, child_id, parent, AFTERNOONS)
    staff = [_employ(work, tenant_id, site_id, f"{site_id.hex[-8:]}{n}", role) for n, role in enumerate(ROLES)]
    for teacher, class_id in zip(staff[1:], classes, strict=True):
        children.grant_class(work, within, class_id, StaffId(_id(teacher)), clock.now + timedelta(days=200))
    return Kindergarten(platform, app, clock, tenant_id, site_id, gates[0], gates[1], *staff, *classes, *kids, *parents)


ROLES = (Role.SCHOOL_MANAGER, Role.TEACHER, Role.TEACHER)


def _employ(work: Work, tenant_id: TenantId, site_id: SiteId, username: str, role: Role) -> Actor:
    """An account that nobody logs in to: hashing a password costs more than a whole afternoon at the gate."""
    row = StaffRow(
        id=uuid7(),
        tenant_id=tenant_id,
        username=username,
        display_name="张老师",
        password_hash="",
        roles=[role.value],
        failed_count=0,
        created_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    work.session.add(StaffSiteRow(staff_id=row.id, site_id=site_id))
    return Actor(ActorKind.STAFF, row.id, tenant_id, frozenset({role}), Scope.of_sites({site_id}))


def _id(actor: Actor) -> UUID:
    assert actor.id is not None
    return actor.id


def today(school: Kindergarten) -> date:
    return local_day(school.clock.now)
