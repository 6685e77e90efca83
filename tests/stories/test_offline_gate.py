"""The network is cut on a Friday evening. The gates go on by the lists that they hold, and tell of it afterwards; what
does not fit is on a page for a person.
"""

from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, expect

from backend.device_api.app import create_app
from backend.features.accounts import service as accounts
from backend.features.accounts.model import NewStaff
from backend.features.gate_lists.model import OfflineCredential
from backend.infrastructure.http.platform import Platform
from backend.kernel.identity import Role
from tests.drivers.browser import screen, serving
from tests.drivers.offline_gate import OfflineGate
from tests.integration.device_api.terminal import build_lane
from tests.integration.gate_lists.cut_off import CARD, Site
from tests.integration.portals.gatehouse import PASSWORD

PASS, BY_CARD, BY_PLATE = OfflineCredential.PASS, OfflineCredential.CARD, OfflineCredential.PLATE


def said(gate: OfflineGate, credential: OfflineCredential, shown: str) -> tuple[str, str]:
    verdict = gate.show(credential, shown)
    return verdict.outcome.value, verdict.reason


def guard_of(site: Site) -> str:
    """Somebody with an account of the property portal; the secret of their one-time codes."""
    with site.lane.work() as work:
        here = frozenset({site.lane.community.site_id})
        new = NewStaff("guard", "李保安", PASSWORD, frozenset({Role.GUARD}), site.lane.community.tenant_id, here)
        return accounts.enrol_totp(work, accounts.create_staff(work, new)).secret


def test_the_network_is_cut_and_the_gates_go_on(platform: Platform, tmp_path: Path, browser: Browser) -> None:
    site = Site(build_lane(platform, create_app(platform)), tmp_path)
    secret = guard_of(site)
    second = site.second_gate()
    card = site.issue()
    visitor, called_off = site.lane.expect(entries=1), site.lane.expect(entries=1)
    site.lane.cancel(called_off)
    east, west = site.ready(site.lane.entry), site.ready(second)

    site.cut()
    assert said(east, BY_PLATE, "苏A12345") == ("admitted", "resident_vehicle")
    assert said(east, BY_CARD, CARD) == ("admitted", "resident_card")
    shown = site.lane.qr_of(visitor)
    assert said(east, PASS, shown) == ("admitted", "visitor")
    assert said(east, PASS, shown) == ("refused", "visit_used_up")
    assert said(east, PASS, site.lane.qr_of(called_off)) == ("refused", "visit_cancelled")
    assert said(west, PASS, shown) == ("admitted", "visitor"), "no gate knows what another one let in"
    site.report_lost(card)
    assert said(west, BY_CARD, CARD) == ("admitted", "resident_card"), "nor what was stopped meanwhile"

    site.cut(up=True)
    assert [east.send_all(), west.send_all()] == [5, 2]
    order = site.rows("SELECT device_id, counter FROM offline_decision ORDER BY received_at, occurred_at")
    of_east = [row.counter for row in order if row.device_id == site.lane.entry.device_id]
    assert of_east == sorted(of_east)
    site.build()
    assert east.fetch() == 200
    with serving(platform) as served, screen(browser) as phone:
        phone.enter(served.settings.origin("property"), "guard", PASSWORD, secret)
        page = phone.page
        page.get_by_role("link", name="离线核对 断网时的放行").click()
        twice, stale = page.locator("[data-finding=double_use]"), page.locator("[data-finding=stale]")
        expect(twice).to_contain_text("西门")
        expect(twice).to_contain_text("陈访客 → 3幢2单元501")
        expect(twice.locator("ol li")).to_have_count(2)
        expect(stale).to_contain_text("卡已挂失")
        expect(page.locator("[data-terminal=东门进口]").get_by_text("已确认")).to_be_visible()
        expect(page.locator("[data-terminal=西门进口]").get_by_text("未确认")).to_be_visible()
        twice.get_by_text("核对完毕…").click()
        twice.get_by_label("住户已确认").check()
        twice.get_by_role("button", name="保存").click()
        expect(page.get_by_role("status")).to_contain_text("已核对")
        expect(twice).to_have_count(0)
        expect(stale).to_have_count(1)
        assert phone.complaints == []
    assert sorted(site.findings()) == [("double_use", "visit_used_up", False), ("stale", "card_lost", True)]

    site.cut()
    site.clocks.ahead = timedelta(hours=24)
    assert said(east, BY_PLATE, "苏A12345") == ("guard", "offline_list_expired")
