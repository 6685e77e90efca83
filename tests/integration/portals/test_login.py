from dataclasses import replace

import pytest
from flask import Flask

from backend.infrastructure.http.platform import Platform
from backend.kernel.identity import Role
from backend.portals.campus.app import create_app as create_campus
from backend.portals.property.app import create_app
from backend.portals.shared.page import safe_target
from tests.integration.portals.gatehouse import PASSWORD, Gatehouse, Staff, challenge_of, logged_in


def test_a_stranger_is_led_to_the_login_and_back_to_where_they_wanted_to_go(house: Gatehouse, portal: Flask) -> None:
    guard = house.hire("guard", Role.GUARD)
    stranger = Staff(portal.test_client())
    led = stranger.get("/passages?plate=A1")
    assert led.status_code == 302
    assert led.location == "/login?next=%2Fpassages%3Fplate%3DA1"
    page = stranger.post(led.location, username="guard", password=PASSWORD).get_data(as_text=True)
    assert 'name="next" value="/passages?plate=A1"' in page
    answer = stranger.post("/login/code", challenge=challenge_of(page), code=guard.code(), next="/passages?plate=A1")
    assert answer.location == "/passages?plate=A1"
    assert stranger.get("/passages?plate=A1").status_code == 200


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "evil", "", None]
)
def test_a_login_never_leads_to_another_host(address: str | None) -> None:
    assert safe_target(address) == "/"


def test_a_fragment_without_a_session_leads_its_whole_page_to_the_login(portal: Flask, house: Gatehouse) -> None:
    stranger = Staff(portal.test_client())
    answer = stranger.get("/gate/board", HX_Request="true", HX_Current_URL="http://property.localhost/gate?gate=1")
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/login?next=%2Fgate%3Fgate%3D1"


def test_logging_in_again_after_an_expired_post_begins_at_home(portal: Flask) -> None:
    assert Staff(portal.test_client()).post("/logout").location == "/login?next=%2F"


def test_a_wrong_password_says_what_to_do_and_keeps_the_username(portal: Flask, house: Gatehouse) -> None:
    house.hire("guard", Role.GUARD)
    answer = Staff(portal.test_client()).post("/login", username="guard", password="wrong")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 401
    assert "用户名或密码不正确" in page
    assert 'value="guard"' in page
    assert "wrong" not in page


def test_a_wrong_code_may_be_typed_again(portal: Flask, house: Gatehouse) -> None:
    guard = house.hire("guard", Role.GUARD)
    staff = Staff(portal.test_client())
    page = staff.post("/login", username="guard", password=PASSWORD).get_data(as_text=True)
    wrong = staff.post("/login/code", challenge=challenge_of(page), code="12 ab")
    assert wrong.status_code == 401
    again = challenge_of(wrong.get_data(as_text=True))
    assert staff.post("/login/code", challenge=again, code=guard.code()).status_code == 302


def test_a_first_login_shows_the_authenticators_secret_once(portal: Flask, house: Gatehouse) -> None:
    guard = house.hire("guard", Role.GUARD, totp=False)
    staff = Staff(portal.test_client())
    page = staff.post("/login", username=guard.username, password=PASSWORD).get_data(as_text=True)
    assert "data:image/svg+xml" in page
    wrong = staff.post("/login/code", challenge=challenge_of(page), code="000000")
    assert "data:image/svg+xml" not in wrong.get_data(as_text=True)


def test_logging_out_ends_the_session_for_a_copied_cookie_too(portal: Flask, house: Gatehouse) -> None:
    staff = logged_in(portal, house.hire("guard", Role.GUARD))
    copied = staff.client.get_cookie("anlin_property")
    assert copied is not None
    answer = staff.post("/logout")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    thief = portal.test_client()
    thief.set_cookie("anlin_property", copied.value)
    assert thief.get("/").status_code == 302


def test_a_guard_of_the_property_does_not_enter_the_campus(platform: Platform, house: Gatehouse) -> None:
    house.hire("guard", Role.GUARD)
    answer = Staff(create_campus(platform).test_client()).post("/login", username="guard", password=PASSWORD)
    assert answer.status_code == 401


def test_a_session_of_one_portal_is_none_of_another(platform: Platform, portal: Flask, house: Gatehouse) -> None:
    staff = logged_in(portal, house.hire("guard", Role.GUARD))
    token = staff.client.get_cookie("anlin_property")
    assert token is not None
    other = create_campus(platform).test_client()
    other.set_cookie("anlin_campus", token.value)
    assert other.get("/").status_code == 302


def test_a_post_without_the_forms_token_changes_nothing(portal: Flask, house: Gatehouse) -> None:
    staff = logged_in(portal, house.hire("guard", Role.GUARD))
    answer = staff.client.post(f"/gate/lanes/{house.entry}/emergency", headers={"HX-Request": "true"})
    assert answer.status_code == 400
    assert "没有车辆或访客在等待" in staff.read("/gate")
    assert "紧急开闸，原因待补填" not in staff.read("/gate")


def test_https_binds_both_cookies_to_the_host(platform: Platform, house: Gatehouse) -> None:
    guard = house.hire("guard", Role.GUARD)
    app = create_app(replace(platform, settings=replace(platform.settings, public_scheme="https")))
    origin = {"base_url": "https://property.localhost", "headers": {"Referer": "https://property.localhost/login"}}
    client = app.test_client()
    token = client.get("/login", **origin).get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "username": "guard", "password": PASSWORD}
    page = client.post("/login", data=form, **origin).get_data(as_text=True)
    form = {"csrf_token": token, "challenge": challenge_of(page), "code": guard.code()}
    cookies = client.post("/login/code", data=form, **origin).headers.getlist("Set-Cookie")
    staff = next(cookie for cookie in cookies if cookie.startswith("__Host-anlin_property="))
    assert all(part in staff for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Domain" not in staff
