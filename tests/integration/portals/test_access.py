from collections.abc import Callable

import pytest
from flask import Flask

from backend.infrastructure.http.platform import Platform
from backend.kernel.identity import Permission, Role
from backend.portals.campus.app import create_app as create_campus
from backend.portals.police.app import create_app as create_police
from backend.portals.property.app import create_app as create_property
from backend.portals.visitor.app import create_app as create_visitor
from tests.integration.portals.gatehouse import Gatehouse, Staff, certain, logged_in, uncertain

FACTORIES = [create_property, create_campus, create_police, create_visitor]
OPEN = {"/healthz", "/readyz", "/version", "/metrics", "/static/<path:filename>", "/login", "/login/code", "/desk"}


@pytest.mark.parametrize("create", FACTORIES)
def test_every_route_names_a_permission(create: Callable[[Platform], Flask], platform: Platform) -> None:
    app = create(platform)
    public = OPEN | ({"/v/<link_token>"} if create is create_visitor else set())
    for rule in app.url_map.iter_rules():
        permission = getattr(app.view_functions[rule.endpoint], "permission", None)
        assert isinstance(permission, Permission), rule
        assert (permission is Permission.PUBLIC) == (rule.rule in public), rule


@pytest.mark.parametrize("create", FACTORIES)
def test_the_policy_allows_no_inline_script_and_no_frame(
    create: Callable[[Platform], Flask], platform: Platform
) -> None:
    policy = create(platform).test_client().get("/nothing").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("create", FACTORIES)
def test_a_page_is_chinese_in_a_browser_that_would_rather_have_english(
    create: Callable[[Platform], Flask], platform: Platform
) -> None:
    page = create(platform).test_client().get("/nothing", headers={"Accept-Language": "en-US,en;q=0.9"})
    assert "没有找到" in page.text
    assert "Not found" not in page.text


def test_a_manager_reads_every_page(house: Gatehouse, portal: Flask) -> None:
    house.expect(plate="苏B88888")
    house.car(certain("苏B88888"))
    house.car(uncertain("苏E12345", ("苏E12346", 0.31)))
    manager = logged_in(portal, house.hire("manager", Role.PROPERTY_MANAGER))
    for address in ("/", "/gate", "/passages", "/visits", "/bindings", "/audit"):
        assert "安邻 · 物业" in manager.read(address)


def test_a_guard_reaches_the_gate_and_neither_bindings_nor_audit(house: Gatehouse, portal: Flask) -> None:
    guard = logged_in(portal, house.hire("guard", Role.GUARD))
    assert guard.get("/gate").status_code == 200
    assert [guard.get(address).status_code for address in ("/bindings", "/audit")] == [403, 403]
    assert 'href="/audit"' not in guard.read("/")


@pytest.mark.parametrize(
    "address", ["/passages?day=yesterday", "/passages?gate=1", "/passages?after=x", "/audit?before=x"]
)
def test_a_malformed_filter_is_a_calm_refusal(house: Gatehouse, portal: Flask, address: str) -> None:
    manager = logged_in(portal, house.hire("manager", Role.PROPERTY_MANAGER))
    assert manager.get(address).status_code == 422


def test_school_staff_work_at_their_gate_through_the_campus_portal(house: Gatehouse, platform: Platform) -> None:
    guard = logged_in(create_campus(platform), house.hire("teacher", Role.SCHOOL_GUARD))
    car = house.car(certain(None))
    assert str(car) in guard.read("/gate")
    assert guard.get("/bindings").status_code == 404


def test_an_officer_has_a_home_and_no_audit(house: Gatehouse, platform: Platform) -> None:
    officer = logged_in(create_police(platform), house.hire("officer", Role.POLICE_OFFICER))
    assert "没有可用的功能" in officer.read("/")
    assert officer.get("/audit").status_code == 403
    assert officer.get("/gate").status_code == 404


def test_someone_without_a_site_sees_no_gate(house: Gatehouse, portal: Flask) -> None:
    guard = logged_in(portal, house.hire("guard", Role.GUARD, sites=[]))
    assert guard.get("/gate").status_code == 404
    assert "还没有分配小区" in guard.read("/")


def test_static_files_are_kept_and_change_address_with_their_bytes(platform: Platform) -> None:
    client = create_property(platform).test_client()
    page = client.get("/login").get_data(as_text=True)
    address = page.split('<script src="')[1].split('"')[0]
    assert "?v=" in address
    answer = Staff(client).get(address)
    assert answer.status_code == 200
    assert "max-age=31536000" in answer.headers["Cache-Control"]
