"""Role by tenant: every route with an id in it, called by every role with another tenant's living ids.

Whoever lacks the permission is refused as the committed matrix says, whoever has it finds nothing, and nothing changes.
A new kind of id needs a line in `TABLES`, a body that is checked before the id one in `BODIES`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.routing import Rule

from backend.device_api.app import create_app as create_device_app
from backend.features.assets import service as assets
from backend.features.assets.model import AssetFields, AssetKind
from backend.features.credentials.tables import DoorEventRow
from backend.features.employees.model import Duty
from backend.features.identity_records import service as identity_records
from backend.features.identity_records.model import RecordSubject, SubjectKind
from backend.features.imports.model import Register
from backend.features.intercom.tables import IntercomCallRow
from backend.features.matters import service as matters
from backend.features.residents.model import BindingState
from backend.features.residents.tables import BindingRow, ResidentRow
from backend.features.rights import service as rights
from backend.features.sites import places
from backend.features.sites.model import ZoneKind
from backend.infrastructure.http.identity import AUTHENTICATOR
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.clock import local_day, utc_now
from backend.kernel.identity import Actor, ActorKind, Permission, Role, Scope, system_actor
from backend.kernel.ids import HouseholdId, ResidentId, uuid7
from tests.builders.community import Community
from tests.builders.register_files import RESIDENT_HEADINGS, as_csv, resident_rows
from tests.integration.credentials.house import build_house
from tests.integration.device_api.ledger import nothing_changes
from tests.integration.portals.gatehouse import Gatehouse, build_lanes, certain
from tests.integration.registers.importing import Office

TABLES = {
    "asset_id": "asset",
    "binding_id": "binding",
    "call_id": "intercom_call",
    "credential_id": "credential",
    "device_id": "device",
    "employee_id": "employee",
    "event_id": "door_event",
    "holder_id": "person",
    "household_id": "household",
    "import_id": "register_import",
    "matter_id": "matter",
    "passage_id": "passage",
    "person_id": "person",
    "place_id": "zone",
    "record_id": "identity_record",
    "room_id": "room",
    "vehicle_id": "vehicle",
    "visit_id": "visit",
}
"""The table of each kind of id that a route takes; each has a row at the other tenant's site."""
WORDS = {"kind": {"credentials": "person", "places": "zone"}, "paper": {"employees": "vetting"}}
"""Parts of an address that are no ids, by the first part of the address."""
NO_IDS = {"/imports/templates/<string:name>.xlsx", "/v/<link_token>", "/static/<path:filename>"}
DIRECTORY = {"site_id", "building_id", "unit_id"}
"""In the residents' API: whoever looks for their home looks through every community (names of places, nobody's)."""
PLACES = ("GET /api/v1/sites", "GET /api/v1/buildings", "GET /api/v1/units")
TOMORROW = (local_day(utc_now()) + timedelta(days=1)).isoformat()
BODIES: dict[str, dict[str, Any]] = {
    "members": {"name": "李小红", "relation": "family"},
    "removal": {"explanation": "已经搬走了。"},
    "leave": {"until_on": TOMORROW},
    "vehicles": {"plate": "苏B88888"},
    "acknowledgement": {"outcome": "done"},
}
"""By the last part of the address: what the JSON APIs want to see before they look for the id."""
FORM = {
    "reason": "host_confirmed",
    "plate": "苏A12345",
    "answer": "这是给住户的答复。",
    "given": "yes",
    "number": "04A22B77",
    "pin": "481516",
    "asker": "holder",
    "assurance": "low",
    "名称": "名字",
    "姓名": "某人",
    "类别": "广场",
}
FORMS = {
    "binding_id": {"reason": "not_a_member"},
    "call_id": {"reason": "delivery"},
    "credential_id": {"reason": "lost", "asker": "holder"},
    "record_id": {"about": f"visit:{uuid4()}", "agreed": "yes", "purpose": "dispute", "source": "reader"},
}
PORTALS = ("property", "campus", "police")
STAFF = [role for role in Role if role not in (Role.RESIDENT, Role.VISITOR, Role.DEVICE, Role.SYSTEM)]


@dataclass(frozen=True)
class Two:
    """Two tenants side by side, each with one thing of every kind."""

    own: Gatehouse
    other: Gatehouse
    ids: dict[str, UUID]
    """Of the other tenant, by the argument that takes them."""


@pytest.fixture
def two(platform: Platform) -> Two:
    own, other = (
        _furnished(platform, name, plate) for name, plate in (("安邻花园", "苏A12345"), ("别处花园", "苏C12345"))
    )
    with platform.database.sessions() as session:
        site = {"site": other.community.site_id}
        ids = {
            argument: session.execute(text(f"SELECT id FROM {table} WHERE site_id = :site LIMIT 1"), site).scalar_one()
            for argument, table in TABLES.items()
        }
        theirs = {"resident": other.resident_id}
        export = text("SELECT id FROM data_export WHERE resident_id = :resident")
        ids["export_id"] = session.execute(export, theirs).scalar_one()
        command = text("SELECT id FROM device_command WHERE site_id = :site")
        ids["command_id"] = session.execute(command, site).scalars().first()
        ids["building_id"], ids["site_id"] = other.community.building_id, other.community.site_id
    return Two(own, other, ids)


def _furnished(platform: Platform, name: str, plate: str) -> Gatehouse:
    """A gate with a car and a visit, a door with an alarm, staff, an asset, an import, a request, a copy of data."""
    house = build_house(platform, create_device_app(platform), name, plate)
    house.issue("04A22B1C")
    house.hire(Duty.PROPERTY)
    resident_id = _claim(platform, house.community)
    gate = build_lanes(platform, house.community, resident_id)
    gate.car(certain(plate))
    with gate.work() as work:
        within, site_id = gate.within, gate.community.site_id
        places.add_zone(work, within, site_id, ZoneKind.SQUARE, "广场")
        visit = gate.expect(plate=None)
        about = RecordSubject(SubjectKind.VISIT, visit.id)
        identity_records.note_none(work, within, site_id, about, host_confirmed=True)
        assets.add_asset(work, within, site_id, AssetFields("X-1", AssetKind.EXTINGUISHER, "灭火器", "大厅"))
        event = {"kind": "forced", "occurred_at": work.now, "at": work.now}
        call = {"tenant_id": gate.community.tenant_id, "device_id": house.unit_door.device_id, "state": "ringing"}
        until = work.now + timedelta(minutes=5)
        work.session.add(
            IntercomCallRow(
                id=uuid7(),
                site_id=site_id,
                household_id=gate.community.household_id,
                started_at=work.now,
                ends_at=until,
                guard_from=until,
                **call,
            )
        )
        work.session.add(DoorEventRow(id=uuid7(), site_id=site_id, device_id=house.unit_door.device_id, **event))
    office = Office.of(platform, gate.community)
    office.send(as_csv(RESIDENT_HEADINGS, resident_rows(1)), Register.RESIDENTS)
    with unit_of_work(platform.database, _resident(gate)) as work:
        matters.ask_to_add_vehicle(work, work.actor.scope, gate.community.household_id, "苏B88888")
        rights.ask_export(work, resident_id)
    return gate


def _claim(platform: Platform, community: Community) -> ResidentId:
    """A resident's binding to the household, not decided yet."""
    resident_id = ResidentId(uuid7())
    with unit_of_work(platform.database, system_actor(community.tenant_id, [community.site_id])) as work:
        work.session.add(
            ResidentRow(id=resident_id, openid="o", openid_hash=resident_id.bytes, phone=None, created_at=work.now)
        )
        work.session.flush()
        work.session.add(
            BindingRow(
                id=uuid7(),
                resident_id=resident_id,
                household_id=community.household_id,
                person_id=community.person_id,
                tenant_id=community.tenant_id,
                site_id=community.site_id,
                state=BindingState.PENDING.value,
                requested_at=work.now,
            )
        )
    return resident_id


def _resident(house: Gatehouse, household_id: HouseholdId | None = None) -> Actor:
    home = house.community
    scope = Scope(frozenset({home.site_id}), frozenset({household_id or home.household_id}))
    return Actor(ActorKind.RESIDENT, house.resident_id, home.tenant_id, frozenset({Role.RESIDENT}), scope)


@dataclass(frozen=True)
class Call:
    method: str
    address: str
    permission: Permission
    body: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.address}"


def calls(app: Flask, ids: dict[str, UUID]) -> Iterator[Call]:
    """Every route of the app that takes an id, with the other tenant's. Raises KeyError for a kind nobody knows."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.arguments - WORDS.keys() and rule.rule not in NO_IDS:
            address, body = _address(rule, ids), _body(rule)
            permission = app.view_functions[rule.endpoint].permission  # type: ignore[attr-defined]
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield Call(method, address, permission, body)


def _address(rule: Rule, ids: dict[str, UUID]) -> str:
    first = rule.rule.split("/")[1]
    address = rule.rule
    for argument in rule.arguments:
        value = WORDS[argument][first] if argument in WORDS else str(ids[argument])
        address = address.replace(f"<uuid:{argument}>", value).replace(f"<string:{argument}>", value)
    return address


def _body(rule: Rule) -> dict[str, Any]:
    known = next((FORMS[argument] for argument in sorted(rule.arguments) if argument in FORMS), {})
    return BODIES.get(rule.rule.rsplit("/", 1)[1], FORM | known)


def statuses(app: Flask, actor: Actor, ids: dict[str, UUID], as_json: bool = False) -> dict[str, int]:
    """What each call answers that is not what the matrix says: 403 without the permission, 404 with it."""
    app.config |= {AUTHENTICATOR: lambda request: actor, "WTF_CSRF_ENABLED": False}
    client = app.test_client()
    wrong = {}
    for call in calls(app, ids):
        sent = {"json": call.body, "headers": {"Idempotency-Key": uuid4().hex}} if as_json else {"data": call.body}
        with_body = sent if call.method != "GET" else {}
        answer = client.open(call.address, method=call.method, **with_body)  # type: ignore[arg-type]
        expected = 404 if actor.may(call.permission) else 403
        if answer.status_code != expected:
            wrong[str(call)] = answer.status_code
    return wrong


def test_no_member_of_staff_of_any_role_reaches_another_tenant(
    platform: Platform, apps: dict[str, Flask], two: Two
) -> None:
    home = two.own.community
    with nothing_changes(platform):
        wrong = {
            (portal, role.value): found
            for portal in PORTALS
            for role in STAFF
            if (
                found := statuses(
                    apps[portal],
                    Actor(ActorKind.STAFF, uuid4(), home.tenant_id, frozenset({role}), home.scope),
                    two.ids,
                )
            )
        }
    assert wrong == {}


def test_no_resident_reaches_another_tenant_or_another_household(
    platform: Platform, apps: dict[str, Flask], two: Two
) -> None:
    """The stranger of another tenant, and the neighbour next door, who has an account and a home of their own."""
    stranger = _resident(two.own)
    neighbour = replace(_resident(two.other, HouseholdId(uuid4())), id=uuid4())
    closed = {name: value for name, value in two.ids.items() if name not in DIRECTORY}
    with nothing_changes(platform, but=["idempotency_key"]):
        for actor in (stranger, neighbour):
            answered = statuses(apps["api"], actor, closed | {name: uuid4() for name in DIRECTORY}, as_json=True)
            assert {call: status for call, status in answered.items() if not call.startswith(PLACES)} == {}


def test_no_device_reaches_another_tenant(platform: Platform, apps: dict[str, Flask], two: Two) -> None:
    scope = Scope(frozenset({two.own.community.site_id}), devices=frozenset({two.own.entry}))
    device = Actor(ActorKind.DEVICE, two.own.entry, two.own.community.tenant_id, frozenset({Role.DEVICE}), scope)
    with nothing_changes(platform, but=["device"]):
        assert statuses(apps["device"], device, two.ids, as_json=True) == {}


def test_every_kind_of_id_is_a_living_thing_of_the_other_tenant(two: Two) -> None:
    """Whoever belongs there finds them: a 404 is no accident of an id that means nothing."""
    with two.other.work() as work:
        for argument, table in TABLES.items():
            found = work.session.execute(text(f"SELECT site_id FROM {table} WHERE id = :id"), {"id": two.ids[argument]})
            assert found.scalar_one() == two.other.community.site_id
