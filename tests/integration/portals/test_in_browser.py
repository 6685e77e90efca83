"""The guard's page in Chromium: it hears of cars by itself, and keeps its promises when the connection is gone."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from backend.infrastructure import feed
from backend.infrastructure.http.platform import Platform
from backend.kernel.identity import Role
from tests.drivers.browser import Screen, screen, serving
from tests.integration.portals.gatehouse import PASSWORD, Gatehouse, certain, uncertain

pytestmark = pytest.mark.slow


@dataclass
class Post:
    """The guard at the gate, logged in through the pages."""

    house: Gatehouse
    screen: Screen
    origin: str

    @property
    def page(self) -> Page:
        return self.screen.page

    def tell(self) -> None:
        """What the sequencer does all the time."""
        with self.house.platform.database.sessions.begin() as session:
            feed.assign_positions(session)


@pytest.fixture
def post(house: Gatehouse, platform: Platform, browser: Browser) -> Iterator[Post]:
    guard = house.hire("guard", Role.GUARD)
    with serving(platform) as served, screen(browser) as phone:
        origin = served.settings.origin("property")
        phone.enter(origin, "guard", PASSWORD, guard.totp_secret)
        phone.page.get_by_role("link", name="岗亭 看谁在门口").click()
        yield Post(house, phone, origin)
        assert phone.complaints == []


def is_live(page: Page) -> None:
    expect(page.locator(".live-state")).to_have_text("实时")


def test_a_car_appears_by_itself_and_is_let_in_with_two_presses(post: Post) -> None:
    is_live(post.page)
    expect(post.page.get_by_text("没有车辆或访客在等待")).to_be_visible()
    car = post.house.car(certain("苏E99999"))
    post.tell()
    card = post.page.locator(f"#passage-{car}")
    expect(card).to_contain_text("车牌没有登记，也没有来访预约。")
    expect(post.page.locator("#waiting-said")).to_have_text("有 1 个等待处理")
    assert card.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 1280
    card.get_by_role("button", name="手动放行").click()
    post.page.get_by_role("dialog").get_by_role("button", name="已联系住户").click()
    expect(post.page.get_by_role("dialog")).to_be_hidden()
    expect(post.page.locator(".toast-good")).to_have_text("已手动放行。")
    expect(post.page.locator(".recent")).to_contain_text("李保安放行：已联系住户。")


def test_what_the_guard_types_survives_the_next_car(post: Post) -> None:
    is_live(post.page)
    post.house.car(uncertain("苏A12345", ("苏A12346", 0.3)), seed=1)
    post.tell()
    post.page.get_by_role("button", name="更正车牌").click()
    plate = post.page.get_by_label("车牌号码")
    plate.fill("苏A1234")
    post.page.get_by_label("六位来访码").evaluate("input => { input.value = '123' }")
    post.house.car(certain("浙F66666"), seed=2)
    post.tell()
    expect(post.page.locator(".waiting article")).to_have_count(2)
    assert plate.input_value() == "苏A1234"
    assert post.page.get_by_label("六位来访码").input_value() == "123"
    plate.fill("苏A12345")
    post.page.get_by_role("button", name="按此车牌判断").click()
    expect(post.page.locator(".toast-good")).to_have_text("已放行：登记车辆。")


def test_an_emergency_is_one_press_and_the_reason_comes_later(post: Post) -> None:
    post.page.get_by_role("group", name="紧急开闸").get_by_role("button").first.click()
    owed = post.page.get_by_role("button", name="补填原因")
    expect(owed).to_be_visible()
    owed.click()
    post.page.get_by_role("dialog").get_by_role("button", name="救护消防警车").click()
    expect(owed).to_be_hidden()
    expect(post.page.locator(".recent")).to_contain_text("李保安放行：救护消防警车。")


def test_a_lost_stream_is_shown_and_the_page_asks_by_itself(post: Post) -> None:
    post.page.route("**/live/feed", lambda route: route.abort())
    post.page.reload()
    expect(post.page.locator(".live-state")).to_have_text("重连中")
    car = post.house.car(certain("苏E99999"))
    expect(post.page.locator(f"#passage-{car}")).to_be_visible(timeout=8000)


def test_a_press_that_does_not_arrive_is_not_lost_in_silence(post: Post) -> None:
    is_live(post.page)
    post.page.route("**/emergency*", lambda route: route.abort())
    post.page.get_by_role("group", name="紧急开闸").get_by_role("button").first.click()
    expect(post.page.locator(".toast-bad")).to_contain_text("操作没有送达")
    post.screen.complaints.clear()  # the browser and htmx complain of it as well


def test_a_wrong_code_keeps_its_digits_and_a_right_one_clears_them(post: Post) -> None:
    box = post.page.get_by_label("六位来访码")
    visit = post.house.expect()
    box.fill("000000" if visit.code != "000000" else "000001")
    post.page.get_by_role("button", name="验码").click()
    expect(post.page.locator(".toast-warn")).to_contain_text("没有这个来访码")
    assert box.input_value() != ""
    box.fill(visit.code)
    post.page.get_by_role("button", name="验码").click()
    expect(post.page.locator(".toast-good")).to_contain_text("已放行")
    expect(box).to_have_value("")


def test_every_control_of_the_gate_is_large_enough_and_named(post: Post) -> None:
    post.house.car(uncertain("苏E12345", ("苏E12346", 0.3)))
    post.page.reload()
    controls = post.page.locator("#content :is(a, button, input:not([type=hidden]), select), .topbar :is(a, button)")
    found = controls.evaluate_all(
        """all => all.filter(one => one.checkVisibility()).map(one => [
            one.getBoundingClientRect().height,
            one.getAttribute("aria-label") || one.innerText || one.labels?.[0]?.innerText
              || one.querySelector("img")?.alt || ""])"""
    )
    assert len(found) > 12
    assert [name for height, name in found if height < 44 or not name.strip()] == []
    assert post.page.evaluate("document.documentElement.scrollWidth") == 390
