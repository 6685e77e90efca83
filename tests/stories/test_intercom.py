"""Somebody rings at the east gate for 3-2-501. Once nobody's phone takes the message; then the resident opens."""

import time
from collections.abc import Callable
from typing import Any

import requests
from playwright.sync_api import Browser, Page, expect

from notifications.catalogue import CATALOGUE
from notifications.contracts import TemplateKey
from tests.builders.bad_images import plain_jpeg
from tests.drivers.browser import PHONE, screen
from tests.drivers.installation import Installation

RESIDENT, NUMBER = "demo-resident", "13800000001"
PATIENCE_MS = 15_000


def eventually(question: Callable[[], Any], seconds: float = 15) -> Any:
    until = time.monotonic() + seconds
    while not (found := question()):
        assert time.monotonic() < until, question
        time.sleep(0.2)
    return found


def rung_up(installation: Installation) -> list[dict[str, Any]]:
    """Telephone calls to the number that the property has on file."""
    return [one for one in installation.messages() if (one["channel"], one["recipient"]) == ("voice", NUMBER)]


def allow_messages(installation: Installation) -> str:
    wechat = CATALOGUE[TemplateKey.INTERCOM_CALL].wechat
    assert wechat is not None
    grant = {"openid": RESIDENT, "template_id": wechat.template_id, "count": 3}
    requests.post(f"{installation.sandbox_url}/control/wechat/grants", json=grant, timeout=10).raise_for_status()
    return wechat.template_id


def opened_by_the_guard(page: Page) -> None:
    card = page.get_by_role("article", name="有人呼叫 3幢2单元501")
    expect(card).to_contain_text("已打电话告知住户，请协助", timeout=PATIENCE_MS)
    card.get_by_role("button", name="选择处理方式").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("补充说明").fill("王先生来电请开门")
    sheet.get_by_role("button", name="已电话联系住户").click()
    expect(page.get_by_text("已开门。")).to_be_visible()
    expect(card).to_be_hidden()


def test_a_caller_reaches_the_household_or_else_the_guard(installation: Installation, browser: Browser) -> None:
    station, phone = installation.gate("东门入口"), installation.phone(RESIDENT, NUMBER).log_in()
    assert station.ring("9-9-999", plain_jpeg())["state"] == "unknown_room"

    unheard = station.ring("3-2-501", plain_jpeg())
    assert unheard["text"] == "正在呼叫住户，请稍候。"
    eventually(lambda: rung_up(installation))
    account = installation.staff("guard")
    with screen(browser, PHONE) as guard:
        guard.log_in(installation.origin("property"), "guard", account["password"], account["totp"])
        guard.page.goto(f"{installation.origin('property')}/gate")
        if guard.page.get_by_role("article", name="有人呼叫").count() == 0:  # the log-in waited for another code
            unheard = station.ring("3-2-501", plain_jpeg())
        opened_by_the_guard(guard.page)
        assert guard.complaints == []
    assert station.open_when_told()

    template = allow_messages(installation)
    call = station.ring("3-2-501", plain_jpeg())
    eventually(lambda: [one for one in installation.messages() if one["template"] == template])
    [ringing] = phone.get("/intercom/calls", ringing="true")["items"]
    assert (ringing["id"], ringing["station"], ringing["has_picture"]) == (call["call_id"], "东门", True)
    phone.post(f"/intercom/calls/{call['call_id']}/answer")
    assert station.call_state(call["call_id"], "ringing", wait_seconds=5)["state"] == "answered"
    opened = phone.post(f"/intercom/calls/{call['call_id']}/open")
    assert opened["door"] == "told"
    assert station.open_when_told()
    kept = phone.get(f"/intercom/calls/{call['call_id']}")
    assert kept["door"] == "opened"
    assert {"called", "told", "answered", "opened"} == {line["what"] for line in kept["history"]}
    assert phone.get("/intercom/calls")["items"][1]["id"] == unheard["call_id"]
