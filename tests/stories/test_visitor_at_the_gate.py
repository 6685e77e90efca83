"""A visitor whom a resident has announced drives up. Everything runs as `make run` starts it."""

import io
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from backend.supervisor.settings import REPOSITORY
from tests.builders.scenes import gate_scene
from tests.drivers.browser import PHONE, Screen, screen
from tests.drivers.installation import Installation
from tests.drivers.resident import Phone

VISITOR_PLATE = "浙C6T2K8"
STRANGER_PLATE = "京N8L3P5"
REAL_PHOTOS = REPOSITORY.parent / "shared/data/plates/photos"
REAL_PLATE = "沪ALB022"
PATIENCE_MS = 15_000
ONE_CAR_SECONDS = 8


def eventually(question: Callable[[], Any], seconds: float = 15) -> Any:
    until = time.monotonic() + seconds
    while not (found := question()):
        assert time.monotonic() < until, question
        time.sleep(0.2)
    return found


def logged_in(browser: Browser, installation: Installation, username: str, person: Screen) -> Screen:
    account = installation.staff(username)
    person.log_in(installation.origin("property"), username, account["password"], account["totp"])
    return person


@pytest.fixture(scope="module")
def guard(browser: Browser, installation: Installation) -> Iterator[Screen]:
    """A guard with a phone, on the page of the east gate."""
    with screen(browser, PHONE) as person:
        logged_in(browser, installation, "guard", person)
        person.page.goto(f"{installation.origin('property')}/gate")
        person.page.get_by_role("link", name=re.compile("东门")).click()
        expect(person.page.get_by_text("实时", exact=True)).to_be_visible(timeout=PATIENCE_MS)
        yield person


def named(name: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    """The one of this name: other stories may have added more."""
    [found] = [item for item in items if item["name"] == name]
    return found


@pytest.fixture(scope="module")
def resident(browser: Browser, installation: Installation) -> Phone:
    """李芳 logs in with WeChat, shows the number that the property has on file, and is approved by the manager."""
    phone = installation.phone("wx-li-fang", "13800000002").log_in().share_number()
    [site] = phone.get("/sites", query="安邻花园")["items"]
    building = named("3幢", phone.get(f"/sites/{site['id']}/buildings", limit=100)["items"])
    unit = named("2单元", phone.get(f"/buildings/{building['id']}/units")["items"])
    room = named("502", phone.get(f"/units/{unit['id']}/rooms", limit=100)["items"])
    binding = phone.post("/bindings", {"room_id": room["id"]})
    assert binding["state"] == "pending"
    with screen(browser, PHONE) as person:
        logged_in(browser, installation, "manager", person)
        person.page.goto(f"{installation.origin('property')}/bindings")
        person.page.get_by_role("button", name="通过").first.click()
        eventually(lambda: phone.get("/bindings")["items"][0]["state"] == "approved")
        assert person.complaints == []
    return phone


@pytest.fixture(scope="module")
def visit(resident: Phone) -> dict[str, Any]:
    now = datetime.now(UTC)
    wish = {
        "visitor_name": "赵先生",
        "visitor_phone": "13900000009",
        "plate": VISITOR_PLATE,
        "valid_from": now.isoformat(),
        "valid_until": (now + timedelta(hours=3)).isoformat(),
        "max_entries": 3,
    }
    first = resident.post("/visits", wish, key="story-visit-0001")
    again = resident.post("/visits", wish, key="story-visit-0001")
    assert first == again, "the same key is the same visit"
    return dict(first)


def test_the_visitor_needs_no_app_and_no_account(
    browser: Browser, installation: Installation, visit: dict[str, Any]
) -> None:
    with screen(browser, PHONE) as visitor:
        visitor.page.goto(visit["pass"]["link"])
        code = visit["pass"]["code"]
        shown = visitor.page.locator("body").inner_text()
        assert code in re.sub(r"\s", "", shown)
        assert "安邻花园" in shown
        assert "李芳" not in shown, "the host is nobody's business"
        picture = np.asarray(Image.open(io.BytesIO(visitor.page.screenshot())).convert("L"))
        text, _, _ = cv2.QRCodeDetector().detectAndDecode(picture)
        assert text == visit["pass"]["qr_text"]
        assert len(text) <= 200
        assert visitor.complaints == []


def test_the_code_reaches_the_visitor_by_sms(installation: Installation, visit: dict[str, Any]) -> None:
    message = eventually(lambda: _message_to(installation, "13900000009"))
    assert visit["pass"]["code"] in str(message)


def _message_to(installation: Installation, recipient: str) -> dict[str, Any] | None:
    return next((found for found in installation.messages() if recipient in str(found)), None)


def test_an_announced_visitor_drives_in_and_out_and_everybody_knows(
    installation: Installation, guard: Screen, resident: Phone, visit: dict[str, Any]
) -> None:
    before = len(resident.get(f"/visits/{visit['id']}")["passages"])  # the stories are told in any order
    lane = installation.gate("东门入口")
    arrived = lane.capture(gate_scene(VISITOR_PLATE, seed=3))
    assert arrived.status_code == 202, arrived.text
    assert lane.open_when_told(arrived.json()["passage_id"]), "the barrier was told to open"

    card = guard.page.locator(f"#passage-{arrived.json()['passage_id']}")
    expect(card).to_contain_text("访客在预约时间内", timeout=PATIENCE_MS)
    expect(card).to_contain_text(re.compile("浙\\s*C\\s*·?\\s*6T2K8"))
    expect(card).to_contain_text("道闸已确认")

    seen = eventually(lambda: resident.get(f"/visits/{visit['id']}")["passages"][before:])
    assert [(passage["direction"], passage["gate"]) for passage in seen] == [("in", "东门")]
    told = eventually(lambda: _message_to(installation, "13800000002"))
    assert "赵先生" in str(told)

    exit_lane = installation.gate("东门出口")
    left = exit_lane.capture(gate_scene(VISITOR_PLATE, seed=4))
    assert exit_lane.open_when_told(left.json()["passage_id"])
    eventually(lambda: len(resident.get(f"/visits/{visit['id']}")["passages"]) == before + 2)
    assert [p["direction"] for p in resident.get(f"/visits/{visit['id']}")["passages"][before:]] == ["in", "out"]


def test_a_stranger_waits_for_the_guard_who_opens_with_a_reason(installation: Installation, guard: Screen) -> None:
    lane = installation.gate("东门入口")
    passage = lane.capture(gate_scene(STRANGER_PLATE, seed=5)).json()["passage_id"]
    card = guard.page.locator(f"#passage-{passage}")
    expect(card).to_contain_text("没有登记，也没有来访预约", timeout=PATIENCE_MS)
    assert not lane.open_when_told(passage, wait_seconds=1), "nothing opens by itself"
    card.get_by_role("button", name="手动放行").click()
    guard.page.get_by_role("button", name="已联系住户").click()
    assert lane.open_when_told(passage)
    expect(card).to_contain_text("道闸已确认", timeout=PATIENCE_MS)


def test_the_guard_reads_a_plate_that_the_engine_could_not(
    installation: Installation, guard: Screen, visit: dict[str, Any]
) -> None:
    lane = installation.gate("东门入口")
    time.sleep(ONE_CAR_SECONDS)  # sooner, an unread picture would be one more of the car before
    grey = io.BytesIO()
    Image.new("RGB", (1280, 960), (120, 120, 125)).save(grey, "JPEG")
    passage = lane.capture(grey.getvalue()).json()["passage_id"]
    card = guard.page.locator(f"#passage-{passage}")
    expect(card).to_contain_text("没有读到车牌", timeout=PATIENCE_MS)
    card.get_by_role("button", name="更正车牌").click()
    guard.page.get_by_label("车牌号码").fill(VISITOR_PLATE)
    guard.page.get_by_role("button", name="按此车牌判断").click()
    assert lane.open_when_told(passage)
    expect(card).to_contain_text("访客在预约时间内", timeout=PATIENCE_MS)
    way_out = installation.gate("东门出口")  # else the next story's car would be this one, still parked
    assert way_out.open_when_told(way_out.capture(gate_scene(VISITOR_PLATE, seed=9)).json()["passage_id"])


def test_an_emergency_opens_at_one_press_and_the_reason_follows(installation: Installation, guard: Screen) -> None:
    lane = installation.gate("东门出口")
    guard.page.get_by_role("button", name=re.compile("紧急开闸.*东门出口", re.DOTALL)).click()
    assert lane.open_when_told()
    owed = guard.page.get_by_role("button", name=re.compile("补填原因"))
    expect(owed).to_be_visible(timeout=PATIENCE_MS)
    if not guard.page.get_by_role("button", name="救护消防警车").is_visible():
        owed.click()
    guard.page.get_by_role("button", name="救护消防警车").click()
    expect(owed).to_have_count(0, timeout=PATIENCE_MS)


def test_a_visitor_on_foot_reads_the_code_aloud(installation: Installation, visit: dict[str, Any]) -> None:
    lane = installation.gate("西门入口")
    answer = lane.check_code(visit["pass"]["code"]).json()
    assert (answer["admitted"], answer["reason"]) == (True, "admitted")
    assert lane.open_when_told()
    wrong = lane.check_code("000000" if visit["pass"]["code"] != "000000" else "111111")
    assert wrong.status_code == 404


def test_the_signed_pass_opens_here_and_not_at_the_kindergarten(
    installation: Installation, visit: dict[str, Any]
) -> None:
    elsewhere = installation.gate("正门入口").check_qr(visit["pass"]["qr_text"]).json()
    assert (elsewhere["admitted"], elsewhere["reason"]) == (False, "pass_wrong_site")
    here = installation.gate("西门出口").check_qr(visit["pass"]["qr_text"]).json()
    assert here["admitted"]


def test_the_record_knows_it_and_cannot_be_changed(installation: Installation, visit: dict[str, Any]) -> None:
    verified = installation.command("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.mark.skipif(not REAL_PHOTOS.exists(), reason="the shared photos are not beside this checkout")
def test_a_real_photo_is_read_too(installation: Installation, guard: Screen) -> None:
    photo = Path(REAL_PHOTOS / f"{REAL_PLATE}.jpg").read_bytes()
    passage = installation.gate("东门入口").capture(photo).json()["passage_id"]
    card = guard.page.locator(f"#passage-{passage}")
    expect(card).to_contain_text(re.compile(r"沪\s*A\s*·?\s*LB022"), timeout=PATIENCE_MS)
    assert guard.complaints == []
