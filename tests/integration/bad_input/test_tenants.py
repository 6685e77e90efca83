"""Ids of another tenant in every path and body: not found, as if they did not exist, and nothing changes."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend.features.accounts.model import Portal
from backend.features.residents import service as residents
from backend.features.residents.model import BindingState
from backend.features.residents.tables import BindingRow
from backend.infrastructure.http.identity import AUTHENTICATOR
from backend.infrastructure.http.platform import Platform
from backend.kernel.identity import Actor, ActorKind, Role, Scope
from backend.kernel.ids import uuid7
from backend.kernel.paging import Cursor
from tests.integration.device_api.ledger import nothing_changes, problem_of
from tests.integration.device_api.terminal import Lane

PARTS = {"device_id": "device", "passage_id": "passage", "binding_id": "binding", "visit_id": "visit"}
FORMS = {"binding_id": {"reason": "not_a_member"}, "visit_id": {"reason": "other"}}
ENDS_OF_THE_CALENDAR = [
    "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzIzOjU5IiwgIjAxOTJmMGFhLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMSJd",
    "WyI5OTk5LTEyLTMxVDIzOjU5OjU5LTIzOjU5IiwgIjAxOTJmMGFhLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMSJd",
]
"""Cursors of the years 1 and 9999, a day's offset beyond UTC."""
GATE_FORM = {"reason": "host_confirmed", "plate": "苏A12345"}


@dataclass(frozen=True)
class Ids:
    """One living thing of each kind."""

    device: UUID
    passage: UUID
    visit: UUID
    binding: UUID


@pytest.fixture
def theirs(elsewhere: Lane) -> Ids:
    visit = elsewhere.expect()
    passage_id = elsewhere.entry.capture().get_json()["passage_id"]
    return Ids(elsewhere.entry.device_id, UUID(passage_id), visit.id, claim_a_home(elsewhere))


def claim_a_home(lane: Lane) -> UUID:
    """A resident's binding that the property has not decided yet."""
    home = lane.community
    with lane.work() as work:
        row = BindingRow(
            id=uuid7(),
            resident_id=lane.resident.id,
            household_id=home.household_id,
            person_id=home.person_id,
            tenant_id=home.tenant_id,
            site_id=home.site_id,
            state=BindingState.PENDING.value,
            requested_at=work.now,
        )
        work.session.add(row)
    return row.id


def manager_of(lane: Lane) -> Actor:
    roles = frozenset({Role.PROPERTY_MANAGER, Role.SCHOOL_MANAGER})
    return Actor(ActorKind.STAFF, uuid4(), lane.community.tenant_id, roles, lane.community.scope)


def acting_as(app: Flask, actor: Actor) -> FlaskClient:
    """The app as it answers this actor, without the log-in; what is tested is how far an actor reaches."""
    app.config |= {AUTHENTICATOR: lambda request: actor, "WTF_CSRF_ENABLED": False}
    return app.test_client()


@pytest.mark.parametrize("portal", [Portal.PROPERTY.value, Portal.CAMPUS.value])
def test_no_page_of_a_portal_reaches_another_tenant(
    platform: Platform, apps: dict[str, Flask], lane: Lane, theirs: Ids, portal: str
) -> None:
    """Every rule with an id in it, with every kind of id."""
    client = acting_as(apps[portal], manager_of(lane))
    rules = [rule for rule in apps[portal].url_map.iter_rules() if rule.arguments & PARTS.keys()]
    assert len(rules) >= 7
    with nothing_changes(platform):
        for rule in rules:
            [argument] = rule.arguments
            path = rule.rule.replace(f"<uuid:{argument}>", str(getattr(theirs, PARTS[argument])))
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                answer = client.open(path, method=method, data=FORMS.get(argument, GATE_FORM))
                assert answer.status_code == 404, (method, path, answer.status)


def test_a_guard_checks_codes_at_his_own_lanes_only(
    platform: Platform, apps: dict[str, Flask], lane: Lane, elsewhere: Lane
) -> None:
    code = elsewhere.expect().code
    client = acting_as(apps["property"], manager_of(lane))
    with nothing_changes(platform):
        answer = client.post("/gate/code", data={"lane": str(elsewhere.entry.device_id), "code": code})
        assert answer.status_code == 404


def test_lists_show_nothing_of_another_tenant(apps: dict[str, Flask], lane: Lane, theirs: Ids) -> None:
    client = acting_as(apps["property"], manager_of(lane))
    for path in ("/passages", "/visits", "/gate", "/gate/board"):
        page = client.get(path).get_data(as_text=True)
        assert "别处花园" not in page and str(theirs.passage) not in page and str(theirs.visit) not in page


def test_a_device_reaches_no_command_of_another_tenant(platform: Platform, lane: Lane, elsewhere: Lane) -> None:
    assert elsewhere.entry.check(code=elsewhere.expect().code).get_json()["admitted"] is True
    [command] = elsewhere.entry.commands()
    with nothing_changes(platform):
        path = f"/v1/commands/{command['id']}/acknowledgement"
        assert problem_of(lane.entry.post(path, {"outcome": "done"})) == (404, "not_found")
    taken = elsewhere.entry.uploaded()
    with nothing_changes(platform):
        assert problem_of(lane.entry.capture(media_ids=[taken])) == (404, "not_found")


def as_resident(app: Flask, lane: Lane) -> "ResidentsPhone":
    return ResidentsPhone(acting_as(app, lane.resident))


@dataclass(frozen=True)
class ResidentsPhone:
    client: FlaskClient

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.client.get(f"/api/v1{path}", query_string=query)

    def post(self, path: str, body: Any = None) -> TestResponse:
        return self.client.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": uuid4().hex})


def test_a_resident_neither_sees_nor_cancels_another_tenants_visit(
    platform: Platform, apps: dict[str, Flask], lane: Lane, theirs: Ids
) -> None:
    phone = as_resident(apps["api"], lane)
    with nothing_changes(platform):
        assert problem_of(phone.get(f"/visits/{theirs.visit}")) == (404, "not_found")
        assert problem_of(phone.post(f"/visits/{theirs.visit}/cancel")) == (404, "not_found")
        assert phone.get("/visits").get_json()["items"] == []
        assert phone.get("/households/current").get_json()["items"][0]["site"] == "安邻花园"


def test_a_neighbour_of_the_same_site_is_a_stranger_too(platform: Platform, apps: dict[str, Flask], lane: Lane) -> None:
    visit = lane.expect()
    neighbour = Scope(frozenset({lane.community.site_id}), frozenset({uuid4()}))  # type: ignore[arg-type]
    actor = Actor(ActorKind.RESIDENT, uuid4(), lane.community.tenant_id, frozenset({Role.RESIDENT}), neighbour)
    phone = ResidentsPhone(acting_as(apps["api"], actor))
    with nothing_changes(platform):
        assert problem_of(phone.get(f"/visits/{visit.id}")) == (404, "not_found")
        assert problem_of(phone.post(f"/visits/{visit.id}/cancel")) == (404, "not_found")


@pytest.mark.parametrize("key", [None, "", "short", "x" * 65, "with space", "schlüssel", "'; DROP TABLE visit"])
def test_an_idempotency_key_is_asked_for_in_its_own_form(
    platform: Platform, apps: dict[str, Flask], lane: Lane, key: str | None
) -> None:
    visit = lane.expect()
    client = acting_as(apps["api"], lane.resident)
    headers = {} if key is None else {"Idempotency-Key": key}
    code = "idempotency_key_required" if key is None else "idempotency_key_malformed"
    with nothing_changes(platform):
        answer = client.post(f"/api/v1/visits/{visit.id}/cancel", headers=headers)
        assert problem_of(answer) == (422, code)


def test_an_idempotency_key_serves_one_request_only(platform: Platform, apps: dict[str, Flask], lane: Lane) -> None:
    first, second = lane.expect(), lane.expect()
    client = acting_as(apps["api"], lane.resident)
    headers = {"Idempotency-Key": "one-intent"}
    assert client.post(f"/api/v1/visits/{first.id}/cancel", headers=headers).status_code == 200
    with nothing_changes(platform):
        answer = client.post(f"/api/v1/visits/{second.id}/cancel", headers=headers)
        assert problem_of(answer) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("path", ["/visits", "/bindings", "/sites"])
@pytest.mark.parametrize(
    "cursor",
    ["x", "=", "AAAA", "null", "W10=", "\x00", "中", "' OR 1=1", "x" * 201, *ENDS_OF_THE_CALENDAR],
)
def test_a_cursor_that_no_page_gave_is_refused(apps: dict[str, Flask], lane: Lane, path: str, cursor: str) -> None:
    answer = as_resident(apps["api"], lane).get(path, cursor=cursor)
    assert problem_of(answer)[0] == 422


def test_a_cursor_of_rows_that_are_gone_still_leads_on(apps: dict[str, Flask], lane: Lane) -> None:
    visit = lane.expect()
    gone = Cursor(visit.created_at.replace(year=2090), uuid4()).encode()
    [found] = as_resident(apps["api"], lane).get("/visits", cursor=gone).get_json()["items"]
    assert found["id"] == str(visit.id)


def test_a_forged_resident_token_is_nobody(platform: Platform) -> None:
    for token in ("", "x", "0" * 10_000):
        assert residents.authenticate_token(platform.database, platform.crypto, token) is None
