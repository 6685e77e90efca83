"""Friday evening: somebody stands at the gate whom nobody has announced. The host is asked, and everybody sees it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from backend.features.devices import service as devices
from backend.infrastructure import feed
from backend.infrastructure.http.platform import Platform
from backend.kernel.identity import Role
from tests.drivers.browser import Screen, screen, serving
from tests.integration.portals.gatehouse import PASSWORD
from tests.integration.walk_ins.gate import Gate, Resident, build_gate

RING_WITHIN_MS = 10_000


@dataclass
class Evening:
    gate: Gate
    screen: Screen

    @property
    def page(self) -> Page:
        return self.screen.page

    def arrives(self, name: str, typed: str) -> Locator:
        """The guard asks whom they come to, and presses once."""
        self.page.get_by_label("房号、姓名").fill(typed)
        self.page.get_by_role("radio", name="3幢2单元501").check()
        self.page.get_by_label("访客称呼").fill(name)
        self.page.get_by_label("手机尾号（可不填）").fill("0007")
        self.page.get_by_role("button", name="问住户").click()
        card = self.page.locator("article.walk-in", has_text=name)
        expect(card).to_contain_text("正在等答复")
        return card

    def tell(self) -> None:
        """What the sequencer does all the time."""
        with self.gate.house.platform.database.sessions.begin() as session:
            feed.assign_positions(session)

    def answers(self, who: Resident, approve: bool) -> None:
        [asked] = [one for one in who.get("/walk-ins").get_json()["items"] if one["is_open"]]
        answer = who.post(f"/walk-ins/{asked['id']}/answer", {"approve": approve})
        assert answer.status_code == 200, answer.text
        self.tell()

    def time_is_up(self) -> None:
        assert self.gate.time_is_up()
        self.tell()

    def barrier_told(self) -> bool:
        with self.gate.house.work() as work:
            return bool(devices.waiting_commands(work, self.gate.house.entry))


@pytest.fixture
def evening(platform: Platform, browser: Browser) -> Iterator[Evening]:
    gate = build_gate(platform)
    gate.trust_neighbour()
    guard = gate.house.hire("guard", Role.GUARD)
    with serving(platform) as served, screen(browser) as phone:
        phone.enter(served.settings.origin("property"), "guard", PASSWORD, guard.totp_secret)
        phone.page.get_by_role("link", name="临时来访 没有预约").click()
        expect(phone.page.locator(".live-state")).to_have_text("实时")
        yield Evening(gate, phone)
        assert phone.complaints == []


def test_whoever_stands_at_the_gate_is_asked_about(evening: Evening) -> None:
    _the_host_agrees_and_the_guard_lets_in(evening)
    _nobody_answers_so_the_backup_and_then_the_guard(evening)
    _a_refused_visitor_hears_calm_words_and_may_ring(evening)


def _the_host_agrees_and_the_guard_lets_in(evening: Evening) -> None:
    card = evening.arrives("陈先生", "wxm")
    expect(card.locator(".countdown")).to_contain_text("秒")
    evening.answers(evening.gate.host, approve=True)
    expect(card).to_contain_text("3幢2单元501 住户 王** 已同意")
    assert not evening.barrier_told(), "the guard sees the visitor and presses"
    card.get_by_role("button", name="放行").click()
    expect(evening.page.locator(".toast-good").last).to_have_text("已放行，并告知住户。")
    assert evening.barrier_told()


def _nobody_answers_so_the_backup_and_then_the_guard(evening: Evening) -> None:
    card = evening.arrives("孙女士", "501")
    evening.time_is_up()
    expect(card).to_contain_text("正在等备用联系人答复")
    evening.time_is_up()
    expect(card).to_contain_text("请打电话或当面核实后决定")
    card.get_by_role("button", name="联系不上住户").click()
    settled = evening.page.locator("li", has_text="孙女士")
    expect(settled).to_contain_text("联系不上住户和备用联系人。")
    expect(settled).to_contain_text("抱歉，暂时联系不上住户")


def _a_refused_visitor_hears_calm_words_and_may_ring(evening: Evening) -> None:
    evening.arrives("钱先生", "3-2-501")
    evening.answers(evening.gate.spouse, approve=False)
    settled = evening.page.locator("li", has_text="钱先生")
    expect(settled).to_contain_text("住户没有同意来访。")
    expect(settled).to_contain_text("抱歉，住户现在不方便接待")
    settled.get_by_role("button", name="打电话给住户").click()
    dial = settled.get_by_role("link", name="拨打住户 138****0001")
    expect(dial).to_have_attribute("href", "tel:13800000001", timeout=RING_WITHIN_MS)
