"""A worn letter: the engine is not sure, a guard presses one key. Everything runs as `make run` starts it."""

import re

from playwright.sync_api import Browser, expect

from backend.cli.demo import VISITOR_PLATE
from tests.builders.worn import worn_photo
from tests.drivers.browser import DESK, Screen, screen
from tests.drivers.installation import Installation
from tests.stories.test_visitor_at_the_gate import PATIENCE_MS, eventually, logged_in

KEY_COUNTS_AFTER_MS = 700
HOST = re.compile("13800000001|demo-resident")


def test_one_key_lets_the_visitor_in_and_everybody_knows_who_pressed_it(
    browser: Browser, installation: Installation
) -> None:
    lane = installation.gate("西门入口")
    with screen(browser, DESK) as guard:
        logged_in(browser, installation, "guard", guard)
        guard.page.goto(f"{installation.origin('property')}/review")
        expect(guard.page.locator(".live-state")).to_have_text("实时", timeout=PATIENCE_MS)
        passage = lane.capture(worn_photo(VISITOR_PLATE), vehicle={"colour": "grey", "type": "car"}).json()[
            "passage_id"
        ]
        shown = guard.page.locator(f'[data-item="{passage}"]')
        expect(shown).to_contain_text("灰色 轿车", timeout=PATIENCE_MS)
        expect(shown.locator("mark")).to_contain_text(re.compile("[8B]"))
        assert not lane.open_when_told(passage, wait_seconds=1), "a suggestion opens nothing"
        guard.page.wait_for_timeout(KEY_COUNTS_AFTER_MS)
        offered = shown.locator("[data-key]", has_text="访客预约")
        guard.page.keyboard.press(offered.get_attribute("data-key") or "")
        assert lane.open_when_told(passage), "the barrier was told to open"
        expect(guard.page.locator(".toast-good")).to_have_text("已放行：访客在预约时间内。")
        assert guard.complaints == []
    eventually(lambda: [m for m in installation.messages() if HOST.search(str(m)) and "赵先生" in str(m)])
    with screen(browser, DESK) as manager:
        _audit_names_the_guard(browser, installation, manager, passage)


def _audit_names_the_guard(browser: Browser, installation: Installation, manager: Screen, passage: str) -> None:
    logged_in(browser, installation, "manager", manager)
    manager.page.goto(f"{installation.origin('property')}/audit?action=passage.plate")
    entry = manager.page.locator(".audit-rows li", has_text=passage)
    expect(entry).to_contain_text("门卫张师傅")
    expect(entry).to_contain_text("visitor")
    expect(entry).not_to_contain_text(VISITOR_PLATE[2:])
