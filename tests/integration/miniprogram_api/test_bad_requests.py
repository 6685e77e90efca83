from typing import Any

import pytest
from flask import Flask

from backend.infrastructure.http.identity import current_actor
from backend.kernel.identity import Permission
from tests.builders.community import Community
from tests.integration.miniprogram_api.phone import Phone, code_of

BACKWARDS = "\u202e"


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({}, "code", "此项必填"),
        ({"code": None}, "code", "此项不能为空"),
        ({"code": 7}, "code", "格式不对"),
        ({"code": ""}, "code", "长度应为 1 到 128 个字"),
        ({"code": "x" * 129}, "code", "长度应为 1 到 128 个字"),
        ({"code": "a\0b"}, "code", "不能包含控制字符"),
        ({"code": f"a{BACKWARDS}b"}, "code", "不能包含控制字符"),
        ({"code": "x", "openid": "another"}, "openid", "不支持此项"),
        ([], "_schema", "格式不对"),
    ],
)
def test_what_is_wrong_is_said_in_chinese_at_its_field(stranger: Phone, body: Any, field: str, message: str) -> None:
    answer = stranger.post("/sessions", body)
    assert code_of(answer) == (422, "invalid")
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["errors"]["json"][field] == [message]


@pytest.mark.parametrize(
    ("limit", "message"), [("0", "应在 1 到 100 之间"), ("101", "应在 1 到 100 之间"), ("x", "格式不对")]
)
def test_a_page_has_a_sensible_size(stranger: Phone, limit: str, message: str) -> None:
    assert stranger.get("/sites", limit=limit).get_json()["errors"]["query"]["limit"] == [message]


def test_a_body_that_is_no_json_is_refused(app: Flask, stranger: Phone) -> None:
    answer = app.test_client().post("/api/v1/sessions", data=b"{", content_type="application/json")
    assert answer.status_code in (400, 422)
    assert answer.mimetype == "application/problem+json"


def test_half_a_character_is_refused(app: Flask) -> None:
    body = rb'{"code": "\ud800"}'
    answer = app.test_client().post("/api/v1/sessions", data=body, content_type="application/json")
    assert answer.get_json()["errors"]["json"]["code"] == ["不能包含控制字符"]


def test_a_body_over_the_limit_is_refused(stranger: Phone) -> None:
    assert code_of(stranger.post("/sessions", {"code": "x" * 70_000})) == (413, "body_too_large")


def test_an_id_that_is_none_is_refused(candidate: Phone, community: Community) -> None:
    answer = candidate.post("/bindings", {"room_id": "501"})
    assert answer.get_json()["errors"]["json"]["room_id"] == ["编号格式不对"]


def test_a_request_with_an_effect_names_its_key(app: Flask, candidate: Phone, community: Community) -> None:
    headers = {"Authorization": f"Bearer {candidate.token}"}
    body = {"room_id": str(community.rooms[0])}
    answer = app.test_client().post("/api/v1/bindings", json=body, headers=headers)
    assert code_of(answer) == (422, "idempotency_key_required")


def test_nobody_may_do_anything_without_a_permission_of_the_table(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        permission = getattr(app.view_functions[rule.endpoint], "permission", None)
        assert isinstance(permission, Permission), rule.rule


def test_an_app_serves_no_documentation_page(app: Flask) -> None:
    assert not [rule.rule for rule in app.url_map.iter_rules() if "doc" in rule.rule or "swagger" in rule.rule]


def test_a_forged_token_is_nobody(app: Flask) -> None:
    with app.test_request_context(headers={"Authorization": "Bearer forged"}):
        app.preprocess_request()
        assert not current_actor().permissions
