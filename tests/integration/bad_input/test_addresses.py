"""Addresses, methods and hosts that nobody offered: a clear no from every app, and nothing happens."""

import json
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from backend.infrastructure.http.hosts import HostDispatcher
from backend.infrastructure.http.platform import Platform
from tests.integration.device_api.ledger import CHINESE, nothing_changes, problem_of
from tests.integration.device_api.terminal import Terminal

JSON_APPS = ("device", "api")
PORTALS = ("property", "campus", "police", "pass")
NEARLY = ["Bearer " + "x" * 8000, "Token {token}", "{token}", "Bearer {token}x", "Bearer {upper}"]
LOST = [
    "/nothing-here",
    "/../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/static/../app.py",
    "/static/%2e%2e%2f%2e%2e%2ffactory.py",
    "/static/..%5c..%5cfactory.py",
    "/static/%00",
    "//etc/passwd",
    "/v1/commands/%00/acknowledgement",
    "/" + "a" * 5000,
    "/%ff%fe",
    "/.git/config",
    "/v/" + "x" * 3000,
]


@pytest.mark.parametrize("path", LOST)
@pytest.mark.parametrize("name", JSON_APPS + PORTALS)
def test_an_address_of_nobody_is_not_found(platform: Platform, apps: dict[str, Flask], name: str, path: str) -> None:
    with nothing_changes(platform):
        answer = apps[name].test_client().get(path)
        assert answer.status_code == 404, answer.status
    if name in JSON_APPS:
        assert problem_of(answer) == (404, "not_found")
    assert b"root:" not in answer.data and b"import" not in answer.data


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "BREW"])
@pytest.mark.parametrize(
    ("name", "path", "allowed"),
    [
        ("device", "/v1/media", {"POST", "OPTIONS"}),
        ("device", "/v1/commands", {"GET", "HEAD", "OPTIONS"}),
        ("api", "/api/v1/visits", {"GET", "HEAD", "POST", "OPTIONS"}),
        ("api", "/api/v1/sessions", {"POST", "OPTIONS"}),
    ],
)
def test_a_method_that_is_not_offered_is_refused_and_the_others_are_named(
    platform: Platform, apps: dict[str, Flask], name: str, path: str, allowed: set[str], method: str
) -> None:
    with nothing_changes(platform):
        answer = apps[name].test_client().open(path, method=method)
        assert problem_of(answer) == (405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(", ")) == allowed


def test_every_endpoint_says_what_it_offers_and_looks_without_touching(
    platform: Platform, apps: dict[str, Flask]
) -> None:
    """OPTIONS and HEAD of every rule of every app, by a stranger."""
    with nothing_changes(platform):
        for app in apps.values():
            for rule in app.url_map.iter_rules():
                address = rule.rule
                for argument in rule.arguments:
                    start = address.index("<")
                    end = address.index(">", start)
                    address = address[:start] + (argument and str(uuid4())) + address[end + 1 :]
                assert app.test_client().open(address, method="OPTIONS").status_code in (200, 204)
                assert app.test_client().head(address).status_code < 500 or address == "/readyz"


def call(dispatcher: HostDispatcher, host: str, path: str = "/healthz") -> TestResponse:
    return Client(dispatcher).get(path, headers={"Host": host})


@pytest.mark.parametrize(
    "host", ["", "localhost", "evil.example", "device.localhost.evil.example", "admin.localhost", "[::1]", "a" * 300]
)
def test_a_host_of_nobody_is_told_so(platform: Platform, apps: dict[str, Flask], host: str) -> None:
    with nothing_changes(platform):
        answer = call(HostDispatcher(apps, "localhost"), host)
    document = json.loads(answer.data)
    assert (answer.status_code, answer.mimetype) == (421, "application/problem+json")
    assert (document["status"], document["code"]) == (421, "unknown_host")
    assert CHINESE.search(document["title"]) and CHINESE.search(document["detail"])


@pytest.mark.parametrize("host", ["device.localhost", "DEVICE.localhost:8000"])
def test_a_host_is_known_by_its_name_whatever_its_case_and_port(apps: dict[str, Flask], host: str) -> None:
    assert call(HostDispatcher(apps, "localhost"), host).status_code == 200


def test_an_app_answers_at_its_own_host_only(apps: dict[str, Flask], gate: Terminal) -> None:
    dispatcher = HostDispatcher(apps, "localhost")
    for host in ("api.localhost", "property.localhost", "pass.localhost"):
        headers = {"Host": host, "Authorization": f"Bearer {gate.token}"}
        assert Client(dispatcher).get("/v1/commands", headers=headers).status_code == 404


def test_an_enormous_query_is_harmless(platform: Platform, gate: Terminal) -> None:
    with nothing_changes(platform, but={"device"}):  # its sign of life
        assert gate.get("/v1/commands?" + "a=b&" * 20_000).status_code == 200


@pytest.mark.parametrize(
    "value",
    ["", "Bearer", "Bearer ", "Bearer x", "Bearer a=b", "Bearer ÿþ", "Basic dXNlcjpwdw==", "Digest x", *NEARLY],
)
@pytest.mark.parametrize("app", JSON_APPS)
def test_whoever_holds_no_token_is_nobody(
    platform: Platform, apps: dict[str, Flask], gate: Terminal, app: str, value: str
) -> None:
    header = value.format(token=gate.token, upper=gate.token.swapcase())
    path = {"device": "/v1/commands", "api": "/api/v1/me"}[app]
    with nothing_changes(platform):
        answer = apps[app].test_client().get(path, headers={"Authorization": header})
        assert problem_of(answer) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_devices_token_opens_no_other_app(platform: Platform, apps: dict[str, Flask], gate: Terminal) -> None:
    header = {"Authorization": f"Bearer {gate.token}"}
    with nothing_changes(platform):
        assert problem_of(apps["api"].test_client().get("/api/v1/visits", headers=header))[0] == 401
        assert apps["property"].test_client().get("/gate", headers=header).status_code == 302


def test_invented_methods_make_no_new_series_of_metrics(apps: dict[str, Flask]) -> None:
    client = apps["device"].test_client()
    for number in range(5):
        client.open("/healthz", method=f"BREW{number}")
    shown = client.get("/metrics").get_data(as_text=True)
    assert "BREW" not in shown and 'method="(other)"' in shown
