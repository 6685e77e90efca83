import cv2
import numpy as np
import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from sqlalchemy import text

from backend.features.passes.model import Pass
from backend.features.passes.service import open_pass
from backend.features.visits import service as visits
from backend.features.visits.model import Visit
from backend.infrastructure.http.platform import Platform
from backend.portals.visitor.app import create_app, window_text
from tests.drivers.browser import screen, serving
from tests.integration.portals.gatehouse import Gatehouse, certain

END_NOW = text("UPDATE visit SET valid_until = now() WHERE id = :id")


@pytest.fixture
def visitor(platform: Platform) -> FlaskClient:
    return create_app(platform).test_client()


def read(visitor: FlaskClient, visit: Visit) -> str:
    answer = visitor.get(f"/v/{visit.link_token}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_link_shows_the_way_in_and_nothing_about_the_host(house: Gatehouse, visitor: FlaskClient) -> None:
    visit = house.expect("陈访客", "苏B88888")
    page = read(visitor, visit)
    for part in ("安邻花园", "有效", "陈访客", "苏B·88888", visit.code[:3], visit.code[3:], "也可以口述"):
        assert part in page
    assert window_text(visit.valid_from, visit.valid_until) in page
    for secret in ("王小明", "501", house.community.phone, str(visit.household_id)):
        assert secret not in page


def test_the_link_is_kept_by_nobody(house: Gatehouse, visitor: FlaskClient) -> None:
    answer = visitor.get(f"/v/{house.expect().link_token}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "Set-Cookie" not in answer.headers


def test_before_its_time_the_pass_says_when_to_come(house: Gatehouse, visitor: FlaskClient) -> None:
    page = read(visitor, house.expect(starts_in_hours=2))
    assert "未到时间" in page
    assert "<svg" in page


def test_a_used_pass_still_opens_the_way_out(house: Gatehouse, visitor: FlaskClient) -> None:
    visit = house.expect(plate="苏B88888")
    house.car(certain("苏B88888"))
    page = read(visitor, visit)
    assert "已使用" in page
    assert "<svg" in page


def test_a_cancelled_pass_shows_neither_code_nor_qr(house: Gatehouse, visitor: FlaskClient) -> None:
    visit = house.expect()
    with house.work() as work:
        visits.cancel(work, house.within, visit.id)
    page = read(visitor, visit)
    assert "已取消" in page
    assert "<svg" not in page
    assert visit.code[3:] not in page.split("</header>")[1]


def test_a_pass_that_is_over_says_so(house: Gatehouse, visitor: FlaskClient) -> None:
    visit = house.expect()
    with house.platform.database.sessions.begin() as session:
        session.execute(END_NOW, {"id": visit.id})
    assert "已过期" in read(visitor, visit)


def test_an_unknown_link_is_a_calm_404(visitor: FlaskClient, house: Gatehouse) -> None:
    answer = visitor.get("/v/" + "A" * 43)
    assert answer.status_code == 404
    assert "请检查链接是否完整" in answer.get_data(as_text=True)


def test_the_qr_on_the_screen_is_the_signed_pass(house: Gatehouse, platform: Platform, browser: Browser) -> None:
    visit = house.expect("一位名字特别特别特别长的访客")
    with serving(platform) as served, screen(browser) as phone:
        phone.page.goto(f"{served.settings.origin('pass')}/v/{visit.link_token}")
        width = phone.page.evaluate("document.documentElement.scrollWidth")
        picture = phone.page.locator("figure").screenshot()
    pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    found, _, _ = cv2.QRCodeDetector().detectAndDecode(pixels)
    opened = open_pass(platform.crypto, found)
    assert isinstance(opened, Pass)
    assert opened.id == visit.id
    assert width == 390
    assert phone.complaints == []
