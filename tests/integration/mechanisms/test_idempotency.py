"""One Idempotency-Key, one effect, one answer."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from flask import Flask, Response, request
from flask_smorest import Api, Blueprint
from marshmallow import Schema, fields
from sqlalchemy import text
from werkzeug.test import TestResponse

from backend.features.sites import service as sites
from backend.infrastructure.http.app import prepare
from backend.infrastructure.http.endpoint import answer, endpoint, request_work
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.idempotency import Replay, StoredAnswer, claim_key, store_answer
from backend.infrastructure.unit_of_work import Database
from backend.kernel.clock import utc_now
from backend.kernel.identity import Actor, ActorKind, Permission, Role
from backend.kernel.ids import uuid7
from tests.integration.mechanisms.jobs import count

OPERATOR = Actor(ActorKind.STAFF, uuid7(), roles=frozenset({Role.OPERATOR}))
KEY = "one-key-for-all"

blueprint = Blueprint("tenants", __name__)


class TenantRequest(Schema):
    name = fields.String(required=True)


class TenantResponse(Schema):
    id = fields.UUID(required=True)


@endpoint(
    blueprint,
    "POST",
    "/tenants",
    Permission.SELF,
    body=TenantRequest,
    answer=TenantResponse,
    status=201,
    idempotent=True,
)
def add(body: dict[str, Any]) -> Response:
    with request_work() as work:
        tenant_id = sites.add_tenant(work, body["name"])
        if request.headers.get("X-Crash"):
            work.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return answer(work, {"id": tenant_id})


@pytest.fixture
def app(platform: Platform) -> Iterator[Flask]:
    app = Flask("tenants")
    prepare(app, platform, lambda request: OPERATOR)
    app.config.update(API_TITLE="test", API_VERSION="v1", OPENAPI_VERSION="3.1.0")
    Api(app).register_blueprint(blueprint)
    yield app


def post(app: Flask, name: str = "甲物业", **headers: str) -> TestResponse:
    return app.test_client().post("/tenants", json={"name": name}, headers={"Idempotency-Key": KEY, **headers})


def test_two_hundred_parallel_posts_with_one_key_make_one_row_and_one_answer(app: Flask, database: Database) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: post(app), range(200)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.get_data() for answer in answers}) == 1
    assert count(database, "tenant") == count(database, "audit_entry") == 1


def test_the_key_with_another_body_is_refused_and_changes_nothing(app: Flask, database: Database) -> None:
    post(app)
    refused = post(app, "乙物业")
    assert (refused.status_code, refused.get_json()["code"]) == (422, "idempotency_key_reused")
    assert count(database, "tenant") == 1


def test_a_crash_between_claim_and_answer_leaves_the_key_free_and_no_row(app: Flask, database: Database) -> None:
    assert post(app, **{"X-Crash": "1"}).status_code >= 500
    assert (count(database, "tenant"), count(database, "idempotency_key")) == (0, 0)
    assert post(app).status_code == 201
    assert count(database, "tenant") == 1


def test_a_twin_waits_for_the_first_and_replays_its_bytes(database: Database) -> None:
    claimed, seen = Event(), []

    def twin() -> None:
        claimed.wait(5)
        with database.sessions.begin() as session:
            try:
                claim_key(session, uuid7_of_actor, KEY, b"hash", utc_now())
            except Replay as replay:
                seen.append(replay.answer)

    uuid7_of_actor = uuid7()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(twin)
        with database.sessions.begin() as session:
            claim_key(session, uuid7_of_actor, KEY, b"hash", utc_now())
            claimed.set()
            assert not waiting.done()
            store_answer(session, uuid7_of_actor, KEY, StoredAnswer(201, b"bytes"))
        waiting.result(5)
    assert seen == [StoredAnswer(201, b"bytes")]


@pytest.mark.parametrize("key", [None, "short", "with spaces in it", "x" * 65])
def test_a_missing_or_malformed_key_is_refused(app: Flask, key: str | None) -> None:
    headers = {"Idempotency-Key": key} if key else {}
    answered = app.test_client().post("/tenants", json={"name": "甲物业"}, headers=headers)
    assert 400 <= answered.status_code < 500
