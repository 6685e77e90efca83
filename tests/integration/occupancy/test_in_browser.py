"""The guard's phone: a card is photographed and confirmed; the network is cut, and the evacuation list is there."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from backend.features.identity_records.jobs import ReadIdentityCard
from backend.infrastructure.http.platform import Platform
from backend.kernel.identity import Role
from tests.builders.cards import a_card, front_of
from tests.builders.shots import Shot, photo_of
from tests.drivers.browser import Screen, screen, serving
from tests.integration.identity_records.counter import run_jobs
from tests.integration.portals.gatehouse import PASSWORD, Gatehouse, certain

pytestmark = pytest.mark.slow

CARD = a_card(5)
VISITOR = "苏B88888"
SHOWN_WITHIN_SECONDS = 2.0


@dataclass
class Phone:
    screen: Screen
    origin: str

    @property
    def page(self) -> Page:
        return self.screen.page


@pytest.fixture
def phone(house: Gatehouse, platform: Platform, browser: Browser) -> Iterator[Phone]:
    guard = house.hire("guard", Role.GUARD)
    with serving(platform) as served, screen(browser) as found:
        origin = served.settings.origin("property")
        found.enter(origin, "guard", PASSWORD, guard.totp_secret)
        yield Phone(found, origin)
        assert found.complaints == []


def ticks(platform: Platform) -> list[tuple[object, bool]]:
    with platform.database.sessions() as session:
        rows = session.execute(text("SELECT passage_id, safe FROM evacuation_tick ORDER BY at"))
        return [(row.passage_id, row.safe) for row in rows]


def comes_true(page: Page, promise: str) -> None:
    """Asks again and again; what waits for functions in a page does not wait for their promises."""
    page.evaluate(f"async () => {{ while (!(await {promise})) await new Promise((go) => setTimeout(go, 50)); }}")


def test_a_card_is_photographed_compared_and_kept_masked(phone: Phone, house: Gatehouse, platform: Platform) -> None:
    house.expect("陈访客", VISITOR)
    phone.page.goto(f"{phone.origin}/identity")
    photo = {"name": "card.jpg", "mimeType": "image/jpeg", "buffer": photo_of(front_of(CARD), Shot())}
    phone.page.locator("input[name=photo]").set_input_files(photo)  # type: ignore[arg-type]
    expect(phone.page.locator("#waiting")).to_contain_text("正在识别")
    assert run_jobs(platform, ReadIdentityCard.kind) == 1
    phone.page.get_by_role("button", name="核对").click(timeout=8000)
    sheet = phone.page.get_by_role("dialog")
    expect(sheet.get_by_label("身份证号码")).to_have_value(CARD.number)
    sheet.get_by_label("属于哪次来访").select_option(index=1)
    sheet.get_by_label("已读给访客听").check()
    sheet.get_by_role("button", name="与证件一致，登记").click()
    expect(phone.page.locator(".toast-good").last).to_have_text("证件已登记。")
    expect(sheet).to_be_hidden()
    phone.page.get_by_role("link", name="已登记").click()
    expect(phone.page.locator("#content")).to_contain_text(f"{CARD.number[0]}***************{CARD.number[-2:]}")
    expect(phone.page.locator("#content")).not_to_contain_text(CARD.number)


def test_without_a_network_the_list_is_there_within_two_seconds_and_ticks_arrive_once(
    phone: Phone, house: Gatehouse, platform: Platform
) -> None:
    house.expect("陈访客", VISITOR)
    car = house.car(certain(VISITOR))
    page = phone.page
    page.goto(f"{phone.origin}/gate")
    comes_true(page, "navigator.serviceWorker.getRegistration('/evacuation/').then((found) => found?.active)")
    comes_true(page, "caches.match('/evacuation/list.json')")
    phone.screen.context.set_offline(True)
    started = time.monotonic()
    page.get_by_role("link", name="疏散名单").click()
    line = page.locator(f"[data-person='{car}']")
    expect(line).to_contain_text("陈访客")
    assert time.monotonic() - started < SHOWN_WITHIN_SECONDS
    expect(line).to_contain_text("3幢2单元501")
    expect(page.locator("#age")).to_contain_text("名单时间")
    expect(page.locator("#network")).to_contain_text("没有网络")
    line.get_by_role("button", name="平安").click()
    expect(page.locator("#remaining")).to_have_text("名单上的人都已确认平安")
    page.reload()  # the phone is put down, and taken up again
    expect(page.locator("#unsent")).to_have_text("1 个勾选等待发送")
    expect(line.get_by_role("button")).to_have_attribute("aria-pressed", "true")
    assert ticks(platform) == []
    phone.screen.context.set_offline(False)
    expect(page.locator("#unsent")).to_be_hidden(timeout=20_000)
    expect(page.locator("#network")).to_be_hidden()
    assert ticks(platform) == [(car, True)]
    phone.screen.complaints.clear()  # of the network that was away
    page.goto(f"{phone.origin}/")
    page.get_by_role("button", name="退出登录").click()
    comes_true(page, "caches.has('anlin-evacuation').then((kept) => !kept)")
