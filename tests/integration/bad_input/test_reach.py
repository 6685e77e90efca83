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
from werkzeug.routing import Rule

from backend.features.visit_policies.model import VisitPolicy
from backend.infrastructure.http.identity import AUTHENTICATOR
from backend.infrastructure.http.platform import Platform
from backend.kernel.clock import local_day, utc_now
from backend.kernel.identity import Actor, ActorKind, Permission, Role, Scope
from backend.kernel.ids import HouseholdId
from backend.portals.shared.visit_policy import NUMBERS
from tests.builders.furnished import WORDS, furnish, living_ids, resident_of
from tests.integration.device_api.ledger import nothing_changes
from tests.integration.portals.gatehouse import Gatehouse

NO_IDS = {"/imports/templates/<string:name>.xlsx", "/v/<link_token>", "/static/<path:filename>"}
DIRECTORY = {"site_id", "building_id", "unit_id"}
"""In the residents' API: whoever looks for their home looks through every community (names of places, nobody's)."""
PLACES = ("GET /api/v1/sites", "GET /api/v1/buildings", "GET /api/v1/units")
TOMORROW = (local_day(utc_now()) + timedelta(days=1)).isoformat()
BODIES: dict[str, dict[str, Any]] = {
    "members": {"name": "李小红", "relation": "family"},
    "answer": {"approve": True},
    "backup-contact": {"name": "李小红", "phone": "13800000009"},
    "days-off": {"on": TOMORROW},
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
POLICY = {"approval": "never", "ringing": "masked"} | {name: str(getattr(VisitPolicy(), name)) for name in NUMBERS}
FORMS = {
    "binding_id": {"reason": "not_a_member"},
    "call_id": {"reason": "delivery"},
    "credential_id": {"reason": "lost", "asker": "holder"},
    "record_id": {
        "purpose": "dispute",
        "name": "王小明",
        "number": "11010519491231002X",
        "agreed": "yes",
        "about": f"visit:{uuid4()}",
        "reference": "A-17",
    },
    "visit_id": {"reason": "other"},
    "finding_id": {"reason": "person_known"},
    "walk_in_id": {"reason": "host_said_yes"},
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
        furnish(platform, name, plate) for name, plate in (("安邻花园", "苏A12345"), ("别处花园", "苏C12345"))
    )
    with platform.database.sessions() as session:
        return Two(own, other, living_ids(session, other))


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
    wanted = BODIES.get(rule.rule.rsplit("/", 1)[1], FORM | known)
    return POLICY if rule.endpoint == "visit_policy.decide" else wanted


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
    stranger = resident_of(two.own)
    neighbour = replace(resident_of(two.other, HouseholdId(uuid4())), id=uuid4())
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


def test_whoever_belongs_there_finds_every_one_of_these_ids(apps: dict[str, Flask], two: Two) -> None:
    """A 404 is no accident of an address that means nothing."""
    home = two.other.community
    manager = Actor(ActorKind.STAFF, uuid4(), home.tenant_id, frozenset({Role.PROPERTY_MANAGER}), home.scope)
    apps["property"].config |= {AUTHENTICATOR: lambda request: manager}
    client = apps["property"].test_client()
    read = [call for call in calls(apps["property"], two.ids) if call.method == "GET"]
    lost = [call.address for call in read if client.get(call.address).status_code == 404]
    assert [address for address in lost if not address.endswith("/picture")] == [], "a call without a camera has none"
    assert len(read) > 15
