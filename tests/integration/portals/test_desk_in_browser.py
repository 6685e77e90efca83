"""A guard's night: card and PIN at the desk, then everything by keyboard, one thing at a time."""

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from backend.device_api.app import create_app
from backend.infrastructure import feed
from backend.infrastructure.http.platform import Platform
from tests.builders.bad_images import plain_jpeg
from tests.drivers.browser import DESK, screen, serving
from tests.integration.credentials.house import CARD, build_house
from tests.integration.desk.post import COOKIE, PIN, Post, build_post

pytestmark = pytest.mark.slow


def tap_and_type(page: Page, post: Post, origin: str) -> None:
    """The reader types the number and Enter; the PIN follows without a mouse."""
    page.context.add_cookies([{"name": COOKIE, "value": post.token, "url": origin}])
    page.goto(f"{origin}/gate")
    expect(page.get_by_role("heading", name="东门岗亭 · 请刷卡")).to_be_visible()
    page.keyboard.type(CARD)
    page.keyboard.press("Enter")
    expect(page.get_by_label("岗亭密码")).to_be_focused()
    page.keyboard.type(PIN)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{origin}/gate")


def rings_in_vain(post: Post) -> None:
    """Nobody is bound to the home, so the guard is asked at once."""
    door = post.house.unit_door
    media = door.upload(plain_jpeg()).get_json()["media_id"]
    assert door.post("/v1/intercom/calls", door.envelope(room="501", media_ids=[media])).status_code == 202


def forced(post: Post) -> None:
    door = post.house.side_door
    assert door.post("/v1/door-events", door.envelope(kind="forced")).status_code == 200


def tell(platform: Platform) -> None:
    with platform.database.sessions.begin() as session:
        feed.assign_positions(session)


def test_a_night_at_the_desk_by_card_and_keyboard(platform: Platform, browser: Browser) -> None:
    post = build_post(build_house(platform, create_app(platform)))
    with serving(platform) as served, screen(browser, DESK) as desk:
        page, origin = desk.page, served.settings.origin("property")
        tap_and_type(page, post, origin)
        page.keyboard.press("n")
        expect(page.locator("#night-toggle")).to_have_text("夜间大字 开")
        expect(page.get_by_text("没有要处理的事。")).to_be_visible()
        expect(page.locator(".live-state")).to_have_text("实时")
        forced(post)
        rings_in_vain(post)
        tell(platform)
        first = page.locator("#first-text")
        expect(first).to_contain_text("有人找 3幢2单元501")
        expect(page).to_have_title("(2) 岗亭 · 东门 · 安邻 · 物业")
        expect(page.get_by_role("heading", name="等待处理")).to_be_hidden()
        page.wait_for_timeout(700)  # nothing is decided in the moment in which it appears
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_contain_text("开门，选一个原因")
        page.keyboard.press("2")
        expect(first).to_have_text("5幢侧门：门被强行打开，请到场查看。")
        page.wait_for_timeout(700)
        page.keyboard.press("Enter")
        expect(page.get_by_text("没有要处理的事。")).to_be_visible()
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_contain_text("处理最先要做的一件")
        page.keyboard.press("Escape")
        page.keyboard.type("04a22b2d", delay=5)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="东门岗亭 · 请刷卡")).to_be_visible()
        assert desk.complaints == []
    with platform.database.sessions() as session:
        rows = session.execute(text("SELECT state, reason, guard_id FROM intercom_call")).all()
        seen = session.execute(text("SELECT acknowledged_by FROM door_event WHERE kind = 'forced'")).scalar_one()
    assert [tuple(row) for row in rows] == [("opened", "lives_here", post.zhao.id)]
    assert seen == post.zhao.id
