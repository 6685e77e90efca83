"""A community and a kindergarten to try things on; nobody in it exists."""

import json
import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pyotp

from backend.cli.context import OPERATOR, platform
from backend.features.accounts import service as accounts
from backend.features.accounts.model import NewStaff
from backend.features.devices import service as devices
from backend.features.devices.model import Direction
from backend.features.people import service as people
from backend.features.people.model import Relation
from backend.features.residents import service as residents
from backend.features.sites import service as sites
from backend.features.sites.model import Site, SiteKind
from backend.features.visits import announcing
from backend.features.visits.model import VisitWish
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import Work, unit_of_work
from backend.kernel.identity import Actor, ActorKind, Role, Scope
from backend.kernel.ids import GateId, HouseholdId, SiteId, TenantId

DEMO_FILE = "demo.json"
DEMO_TEXT = "demo.txt"
RESIDENT_PHONE = "13800000001"
RESIDENT_OPENID = "demo-resident"
RESIDENT_PLATE = "苏A12345"
VISITOR_PLATE = "苏E8K9P6"
FAMILIES = (("3幢", "2单元", "501", "王小明", RESIDENT_PHONE), ("3幢", "2单元", "502", "李芳", "13800000002"))


class DemoPort:
    """The demo resident's WeChat, for the seed only: the running installation asks the sandbox."""

    def code_to_session(self, code: str) -> str:
        return RESIDENT_OPENID

    def phone_number(self, code: str) -> str:
        return RESIDENT_PHONE


@click.group()
def seed() -> None:
    """Data to try things on."""


@seed.command("demo")
def demo() -> None:
    """A community, a kindergarten, their staff, gates and one resident; once."""
    click.echo(load_demo_once())


def load_demo_once() -> str:
    """Says what was done. Raises ClickException in production."""
    here = platform()
    if here.settings.in_production:
        raise click.ClickException("production takes no demo data")
    file = here.settings.state_dir / DEMO_FILE
    if file.exists():
        return "the demo community is there already"
    loaded = load_demo(here)
    _write_private(file, json.dumps(loaded, ensure_ascii=False, indent=1))
    _write_private(here.settings.state_dir / DEMO_TEXT, _text(here, loaded))
    return "demo community loaded"


@seed.command("codes")
def codes() -> None:
    """The current one-time codes of the demo accounts."""
    loaded = json.loads((platform().settings.state_dir / DEMO_FILE).read_text())
    for account in loaded["staff"]:
        code = pyotp.TOTP(account["totp"]).now()
        click.echo(f"{account['username']:<12} {code}")


def load_demo(here: Platform) -> dict[str, Any]:
    """Everything the demo has, with its secrets, as the demo file keeps it."""
    with unit_of_work(here.database, OPERATOR) as work:
        tenant = sites.add_tenant(work, "江苏安邻物业服务有限公司")
        site_id = sites.add_site(work, tenant, "安邻花园", SiteKind.COMMUNITY)
        school = sites.add_tenant(work, "安邻第一幼儿园")
        campus_id = sites.add_site(work, school, "安邻第一幼儿园", SiteKind.CAMPUS)
        lanes = _lanes(work, here, tenant, site_id, "东门") + _lanes(work, here, tenant, site_id, "西门")
        lanes += _lanes(work, here, school, campus_id, "正门")
        site = sites.get_site(work.session, Scope.of_sites({site_id}), site_id)
        homes = _families(work, here, site)
        staff = _staff(work, tenant, school, site_id, campus_id)
    _bind_resident(here, site, homes[0])
    link = _visit(here, site, homes[0])
    return {"site": str(site_id), "campus": str(campus_id), "lanes": lanes, "staff": staff, "visit_link": link}


def _lanes(work: Work, here: Platform, tenant: TenantId, site_id: SiteId, gate: str) -> list[dict[str, str]]:
    gate_id = sites.add_gate(work, site_id, gate)
    return [
        _lane(work, here, tenant, site_id, gate_id, f"{gate}{word}", direction)
        for word, direction in (("入口", Direction.ENTRY), ("出口", Direction.EXIT))
    ]


def _lane(
    work: Work, here: Platform, tenant: TenantId, site_id: SiteId, gate_id: GateId, name: str, direction: Direction
) -> dict[str, str]:
    enrolled = devices.enrol(work, here.crypto, tenant, site_id, name, gate_id=gate_id, direction=direction)
    return {"name": name, "device_id": str(enrolled.device_id), "token": enrolled.token}


def _families(work: Work, here: Platform, site: Site) -> list[HouseholdId]:
    within = Scope.of_sites({site.id})
    building = sites.add_building(work, site.id, FAMILIES[0][0])
    rooms = sites.add_rooms(work, site.id, building, FAMILIES[0][1], [family[2] for family in FAMILIES])
    homes = []
    for room, (_, _, _, name, phone) in zip(rooms, FAMILIES, strict=True):
        home = people.add_household(work, within, room)
        person = people.add_person(work, here.crypto, site, name, phone)
        people.add_member(work, within, home, person, Relation.OWNER)
        homes.append(home)
    people.add_vehicle(work, within, homes[0], RESIDENT_PLATE)
    return homes


def _staff(work: Work, tenant: TenantId, school: TenantId, site_id: SiteId, campus_id: SiteId) -> list[dict[str, str]]:
    both = frozenset({site_id, campus_id})
    wanted = (
        ("guard", "门卫张师傅", Role.GUARD, tenant, frozenset({site_id})),
        ("manager", "物业陈经理", Role.PROPERTY_MANAGER, tenant, frozenset({site_id})),
        ("schoolguard", "校门周师傅", Role.SCHOOL_GUARD, school, frozenset({campus_id})),
        ("supervisor", "技防监管刘警官", Role.POLICE_SUPERVISOR, None, both),
    )
    return [_account(work, *one) for one in wanted]


def _account(
    work: Work, username: str, name: str, role: Role, tenant: TenantId | None, reach: frozenset[SiteId]
) -> dict[str, str]:
    password = f"Anlin-{secrets.token_urlsafe(9)}"
    new = NewStaff(username, name, password, frozenset({role}), tenant, reach)
    staff_id = accounts.create_staff(work, new)
    enrolment = accounts.enrol_totp(work, staff_id)
    return {"username": username, "password": password, "totp": enrolment.secret, "role": role.value}


def _bind_resident(here: Platform, site: Site, home: HouseholdId) -> None:
    port = DemoPort()
    session = residents.log_in(here.database, here.crypto, port, "demo")
    actor = Actor(ActorKind.RESIDENT, session.resident.id, None, frozenset({Role.RESIDENT}))
    residents.share_phone(here.database, here.crypto, port, actor, "demo")
    within = Scope.of_sites({site.id})
    with unit_of_work(here.database, actor) as work:
        room = people.get_household(work.session, within, home).room_id
        binding = residents.request_binding(work, room)
    with unit_of_work(here.database, OPERATOR) as work:
        residents.decide_binding(work, within, binding.id, approve=True)


def _visit(here: Platform, site: Site, home: HouseholdId) -> str:
    """A visit from now until tomorrow; returns the end of its link."""
    session = residents.log_in(here.database, here.crypto, DemoPort(), "demo")
    reach = Scope(frozenset({site.id}), frozenset({home}))
    actor = Actor(ActorKind.RESIDENT, session.resident.id, None, frozenset({Role.RESIDENT}), reach)
    with unit_of_work(here.database, actor) as work:
        until = work.now + timedelta(hours=24)
        wish = VisitWish("赵先生", None, VISITOR_PLATE, work.now, until, 3)
        return announcing.register(work, here.crypto, site.id, home, session.resident.id, wish).link_token


def _write_private(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(content)


def _text(here: Platform, loaded: dict[str, Any]) -> str:
    origin = here.settings.origin
    accounts_ = [f"    {a['username']:<12} {a['password']:<22} {a['role']}" for a in loaded["staff"]]
    return "\n".join(
        [
            "Demo accounts (the one-time code of each: `make codes`)",
            *accounts_,
            "",
            "Try",
            f"  1. open {origin('property')}/gate as guard",
            f"  2. in another terminal: make simulate-gate PLATE={RESIDENT_PLATE}   (a resident's car: opens)",
            f"  3. make simulate-gate PLATE={VISITOR_PLATE}   (an announced visitor: opens, the host is told)",
            "  4. make simulate-gate PLATE=浙B5K3M7   (nobody knows it: the guard decides)",
            f"  5. the visitor's pass: {origin('pass')}/v/{loaded['visit_link']}",
            "  6. the messages sent: the sandbox's page (its address is above)",
        ]
    )
