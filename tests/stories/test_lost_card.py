"""A resident comes to the counter: the card is gone. The guard replaces it; the old one opens nothing any more."""

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from backend.device_api.app import create_app
from backend.features.notices import service as notices
from backend.infrastructure.http.platform import Platform
from backend.kernel.identity import Role
from notifications.catalogue import checked_template
from tests.drivers.browser import screen, serving
from tests.integration.credentials.house import CARD, OTHER_CARD, House, build_house
from tests.integration.device_api.terminal import Terminal
from tests.integration.portals.gatehouse import PASSWORD
from workers.letters import compose


@pytest.fixture
def house(platform: Platform) -> House:
    return build_house(platform, create_app(platform))


def held_to(door: Terminal, card: str) -> dict[str, object]:
    answer = door.post("/v1/access-checks", door.envelope(card=card))
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.get_json()
    return found


def replaced_at_the_counter(page: Page) -> None:
    page.get_by_role("link", name="门禁凭证 发卡").click()
    page.get_by_label("姓名、拼音").fill("wxm")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="王小明 3幢2单元501").click()
    page.get_by_text("补办新卡").click()
    page.get_by_label("新卡卡号").fill("04:a2:2b:2d")
    page.get_by_label("新卡卡号").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("旧卡已作废")
    expect(page.locator("#holder")).to_contain_text("已注销 · 补办新卡")


def sms_of(house: House) -> str:
    """What the worker sends of the one notice that is promised."""
    with house.work() as work:
        [notice_id] = work.session.execute(text("SELECT id FROM notice")).scalars()
        message = compose(work, house.within, notices.get(work.session, house.within, notice_id))
    assert message is not None
    assert message.to.phone == house.community.phone
    return checked_template(message).render(message.params)


def test_a_lost_card_is_replaced_and_opens_nothing_any_more(house: House, platform: Platform, browser: Browser) -> None:
    house.issue(CARD)
    assert held_to(house.unit_door, CARD)["admitted"]
    guard = house.employ("guard", Role.GUARD)
    with serving(platform) as served, screen(browser) as phone:
        phone.enter(served.settings.origin("property"), "guard", PASSWORD, guard.totp_secret)
        replaced_at_the_counter(phone.page)
        assert phone.complaints == []
    refused = held_to(house.unit_door, CARD)
    assert (refused["admitted"], refused["text"]) == (False, "这张卡已停用，请使用新卡，或联系门卫。")
    assert held_to(house.unit_door, OTHER_CARD)["admitted"]
    told = sms_of(house)
    assert "2B2D" in told and "旧卡已作废" in told
    assert kept(house) == {
        ("credential.replaced", "staff"),
        ("credential.looked", "staff"),
        ("credential.listed", "staff"),
        ("credential.issued", "system"),
    }


def kept(house: House) -> set[tuple[str, str]]:
    with house.platform.database.sessions() as session:
        rows = session.execute(text("SELECT action, actor_kind FROM audit_entry WHERE action LIKE 'credential.%'"))
        return {(action, kind) for action, kind in rows}
