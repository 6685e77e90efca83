"""JSON that is none, is too much, or says what cannot be: a problem document that names the field in Chinese."""

import gzip
import io
import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from backend.infrastructure.http.platform import Platform
from tests.integration.device_api.ledger import nothing_changes, problem_of
from tests.integration.device_api.terminal import Lane, Terminal

CAPTURES = "/v1/captures"


def post_raw(gate: Terminal, body: bytes | str, content_type: str = "application/json", **more: Any) -> TestResponse:
    return gate.send("POST", CAPTURES, data=body, content_type=content_type, **more)


def event(gate: Terminal, **changes: Any) -> str:
    return json.dumps(gate.envelope(media_ids=[gate.uploaded()]) | changes)


def errors_of(answer: TestResponse) -> Any:
    return answer.get_json()["errors"]["json"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"not json",
        b'{"counter": NaN}',
        b'{"counter": -Infinity}',
        b'{"counter": %s}' % (b"9" * 5000),
        b"[" * 30_000,
        b'{"a":' * 10_000,
        b'{"a": "\xff"}',
        b"\xef\xbb\xbf{}",
        '{"a": 1}'.encode("utf-16"),
        gzip.compress(b"{}"),
        b"\0" * 100,
    ],
    ids=[
        *("cut short", "text", "NaN", "Infinity", "an endless number", "deep list", "deep object", "no UTF-8"),
        *("byte order mark", "UTF-16", "compressed", "zeros"),
    ],
)
def test_what_is_no_json_is_refused(platform: Platform, gate: Terminal, body: bytes) -> None:
    with nothing_changes(platform):
        answer = post_raw(gate, body)
        assert problem_of(answer) == (400, "bad_request")
        assert errors_of(answer) == ["格式不对"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "image/jpeg", ""])
def test_json_under_another_type_is_refused(platform: Platform, gate: Terminal, content_type: str) -> None:
    body = event(gate)
    with nothing_changes(platform):
        assert problem_of(post_raw(gate, body, content_type)) == (415, "unsupported_media_type")


def test_no_body_at_all_lacks_every_field(platform: Platform, gate: Terminal) -> None:
    with nothing_changes(platform):
        for content_type in ("application/json", None):
            answer = gate.send("POST", CAPTURES, content_type=content_type)
            assert problem_of(answer) == (422, "invalid")
            assert errors_of(answer)["event_id"] == ["此项必填"]


@pytest.mark.parametrize("body", ["null", "[]", "1", '"text"', "true"])
def test_json_that_is_no_object_is_refused(platform: Platform, gate: Terminal, body: str) -> None:
    with nothing_changes(platform):
        answer = post_raw(gate, body)
        assert problem_of(answer)[0] == 422


def test_a_body_over_the_limit_is_refused_with_and_without_its_length(platform: Platform, gate: Terminal) -> None:
    body = event(gate, payload={"note": "x" * 70_000})
    with nothing_changes(platform):
        assert problem_of(post_raw(gate, body)) == (413, "body_too_large")
        answer = gate.send(
            "POST",
            CAPTURES,
            input_stream=io.BytesIO(body.encode()),
            content_type="application/json",
            headers={"Transfer-Encoding": "chunked"},
            environ_overrides={"wsgi.input_terminated": True},
        )
        assert problem_of(answer) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"event_id": "1"}, "event_id", "编号格式不对"),
        ({"event_id": None}, "event_id", "此项不能为空"),
        ({"boot_id": 7}, "boot_id", "编号格式不对"),
        ({"counter": -1}, "counter", "应在 0 到 2147483647 之间"),
        ({"counter": 2**31}, "counter", "应在 0 到 2147483647 之间"),
        ({"counter": 10**300}, "counter", "应在 0 到 2147483647 之间"),
        ({"counter": 1.5}, "counter", "格式不对"),
        ({"counter": True}, "counter", "格式不对"),
        ({"counter": "1"}, "counter", "格式不对"),
        ({"media_ids": []}, "media_ids", "应有 1 项"),
        ({"media_ids": "x"}, "media_ids", "格式不对"),
        ({"occurred_at": "2026-11-22T08:00:00"}, "occurred_at", "时间需带时区，例如 2026-01-31T08:00:00+08:00"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at", "时间超出范围"),
        ({"occurred_at": "9999-12-31T23:59:59-14:00"}, "occurred_at", "时间超出范围"),
        ({"sent_at": "0001-01-01T00:00:00Z"}, "sent_at", "时间超出范围"),
        ({"sent_at": "2026-02-30T00:00:00Z"}, "sent_at", "格式不对"),
        ({"sent_at": 1700000000}, "sent_at", "格式不对"),
        ({"opens": True}, "opens", "不支持此项"),
        ({"payload": []}, "payload", "格式不对"),
        ({"payload": {str(number): "" for number in range(33)}}, "payload", "最多 32 项"),
    ],
)
def test_an_impossible_value_is_named_in_chinese(
    platform: Platform, gate: Terminal, changes: dict[str, Any], field: str, message: str
) -> None:
    body = event(gate, **changes)
    with nothing_changes(platform):
        answer = post_raw(gate, body)
        assert problem_of(answer) == (422, "invalid")
        assert errors_of(answer) == {field: [message]}


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ({"plate": "苏A\0"}, "不能包含控制字符"),
        ({"plate": "\ud800"}, "不能包含控制字符"),
        ({"plate": "\u202e54321A苏"}, "不能包含控制字符"),
        ({"plate\0": "x"}, "不能包含控制字符"),
        ({"\udfff": "x"}, "不能包含控制字符"),
        ({"plate": 1}, "格式不对"),
        ({"plate": {"deeper": "x"}}, "格式不对"),
        ({"plate": "x" * 257}, "长度应为 0 到 256 个字"),
        ({"x" * 65: "x"}, "长度应为 1 到 64 个字"),
    ],
)
def test_a_cameras_own_words_are_short_printable_text(
    platform: Platform, gate: Terminal, payload: dict[str, Any], message: str
) -> None:
    body = event(gate, payload=payload)
    with nothing_changes(platform):
        answer = post_raw(gate, body)
        assert problem_of(answer) == (422, "invalid")
        assert message in json.dumps(errors_of(answer), ensure_ascii=False)


def test_a_number_beyond_every_float_is_no_counter(platform: Platform, gate: Terminal) -> None:
    body = event(gate).replace(f'"counter": {gate.counter}', '"counter": 1e400')
    with nothing_changes(platform):
        assert problem_of(post_raw(gate, body)) == (422, "invalid")


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"code": "123456", "qr": "A" * 168},
        {"code": "12345"},
        {"code": "123456\n"},
        {"code": "１２３４５６"},
        {"code": " 12345"},
        {"qr": "A" * 167},
        {"qr": "A" * 169},
        {"qr": "\0" * 168},
        {"qr": "\ud800" * 168},
    ],
)
def test_what_is_no_credential_is_not_even_checked(
    platform: Platform, gate: Terminal, credential: dict[str, str]
) -> None:
    body = json.dumps(gate.envelope(**credential))
    with nothing_changes(platform):
        answer = gate.send("POST", "/v1/pass-checks", data=body, content_type="application/json")
        assert problem_of(answer) == (422, "invalid")


def test_a_good_event_passes_all_the_same(lane: Lane, gate: Terminal) -> None:
    answer = post_raw(gate, event(gate, counter=2**31 - 1, payload={"车牌": "苏A12345", "": ""} | {"speed": ""}))
    assert problem_of(answer) == (422, "invalid")  # a name of no characters
    assert post_raw(gate, event(gate, counter=2**31 - 1, payload={"车牌": "苏A12345"})).status_code == 202


def test_a_field_of_half_a_character_is_refused_as_any_unknown_one(platform: Platform, gate: Terminal) -> None:
    with nothing_changes(platform):
        assert problem_of(post_raw(gate, r'{"\ud800": 1, "\u0000": 2}')) == (422, "invalid")
