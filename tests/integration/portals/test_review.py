"""The review page as it is served: what it shows, what one press answers, who may look."""

import re

import pytest
from flask import Flask
from sqlalchemy import event

from backend.features.passages.model import BodyColour, Character, PlateBox, PlateObservation, VehicleSeen
from backend.features.passages.tables import PassageRow
from backend.infrastructure.http.platform import Platform
from backend.kernel.identity import Role
from tests.builders.scenes import gate_scene
from tests.integration.portals.gatehouse import (
    Gatehouse,
    Staff,
    build_gatehouse,
    events_of,
    logged_in,
    uncertain,
)

HOME = "苏A12345"


@pytest.fixture
def guard(house: Gatehouse, portal: Flask) -> Staff:
    return logged_in(portal, house.hire("guard", Role.GUARD))


def doubtful(text: str = "苏A12346", place: int = 6) -> PlateObservation:
    """All but one character are sure."""
    letters = [Character(letter, 0.62 if at == place else 0.99) for at, letter in enumerate(text)]
    box = PlateBox(560, 690, 770, 740)
    return PlateObservation(text, False, 0.62, "ppocr", "blue", "small", characters=tuple(letters), box=box)


def test_the_page_shows_the_plate_its_doubt_and_who_it_may_be(house: Gatehouse, guard: Staff) -> None:
    arrival = house.arrives(gate_scene(HOME), vehicle=VehicleSeen(colour=BodyColour.WHITE, brand="比亚迪"))
    house.read(arrival.job, doubtful())
    page = guard.read("/review")
    assert f'data-item="{arrival.passage_id}"' in page
    assert '<mark title="把握 62%">6<small>62%</small></mark>' in page
    assert page.count("<mark ") == 1, "the sure characters are not marked"
    assert 'viewBox="530 660 270 110"' in page, "the plate and a little around it"
    assert "白色 比亚迪" in page
    assert "相机提供" in page
    assert "蓝牌 小型汽车" in page
    assert "图片识别" in page
    assert "住户车辆" in page
    assert "苏A·12345" in page


def test_where_only_the_plate_as_a_whole_is_in_doubt_its_weakest_character_is_marked(
    house: Gatehouse, guard: Staff
) -> None:
    arrival = house.arrives(gate_scene(HOME))
    letters = tuple(Character(letter, 0.93 if at == 2 else 0.99) for at, letter in enumerate("苏AB2345"))
    house.read(arrival.job, PlateObservation("苏AB2345", False, 0.6, "ppocr", characters=letters))
    assert re.findall("<mark [^>]*>(.)", guard.read("/review")) == ["B"]


def test_nothing_is_said_of_a_vehicle_that_nobody_described(house: Gatehouse, guard: Staff) -> None:
    arrival = house.arrives(gate_scene(HOME))
    house.read(arrival.job, PlateObservation("苏A12346", False, 0.62, "ppocr"))
    page = guard.read("/review")
    assert "相机提供" not in page
    assert "图片识别" not in page


def test_one_press_opens_and_shows_the_next_one(house: Gatehouse, guard: Staff) -> None:
    first = house.car(uncertain(HOME), age_seconds=20)
    second = house.car(uncertain("鲁B77777"))
    answer = guard.press(f"/review/items/{first}/say", plate=HOME)
    assert events_of(answer)["toast"] == {"text": "已放行：登记车辆。", "kind": "good"}
    desk = answer.get_data(as_text=True)
    assert f'data-item="{second}"' in desk
    assert str(first) not in desk


def test_the_second_guard_learns_who_was_faster(house: Gatehouse, portal: Flask, guard: Staff) -> None:
    other = logged_in(portal, house.hire("wang", Role.GUARD, "王保安"))
    car = house.car(uncertain(HOME))
    other.press(f"/review/items/{car}/say", plate=HOME)
    answer = guard.press(f"/review/items/{car}/say", plate=HOME)
    assert events_of(answer)["toast"] == {"text": "已由王保安处理。", "kind": "warn"}
    assert "已由王保安处理。" in guard.read(f"/review/items/{car}")


def test_the_faster_one_is_named_where_the_plate_was_nobodys_too(house: Gatehouse, portal: Flask, guard: Staff) -> None:
    other = logged_in(portal, house.hire("wang", Role.GUARD, "王保安"))
    car = house.car(uncertain("京N8L3P6"))
    other.press(f"/review/items/{car}/say", plate="京N8L3P5")
    assert "已由王保安处理" in events_of(guard.press(f"/review/items/{car}/say", plate=HOME))["toast"]["text"]


def test_what_is_left_comes_again_after_the_others(house: Gatehouse, guard: Staff) -> None:
    first = house.car(uncertain("鲁B77777"), age_seconds=20)
    second = house.car(uncertain("鲁C88888"))
    assert f'data-item="{second}"' in guard.read(f"/review/desk?skip={first}")
    assert f'data-item="{first}"' in guard.read(f"/review/desk?skip={second}")


def test_what_nobody_took_is_listed_as_such(house: Gatehouse, guard: Staff) -> None:
    car = house.car(uncertain(HOME), age_seconds=700)
    # So late a photo is asked about for its lateness; here the reading itself was the question.
    with house.work() as work:
        work.session.execute(PassageRow.__table__.update().where(PassageRow.id == car).values(reason="plate_uncertain"))
    assert str(car) not in guard.read("/review")
    page = guard.read("/review/lapsed")
    assert str(car) in page
    assert "未处理" in page
    answer = guard.press(f"/review/items/{car}/say", plate=HOME)
    assert events_of(answer)["toast"] == {"text": "这辆车已经离开，没有开闸。", "kind": "warn"}


def test_nothing_of_another_site_is_found(house: Gatehouse, guard: Staff, platform: Platform) -> None:
    other = build_gatehouse(platform, "另一小区")
    car = other.car(uncertain(HOME))
    assert guard.get(f"/review/items/{car}").status_code == 404
    assert guard.press(f"/review/items/{car}/say", plate=HOME).status_code == 404
    assert guard.get(f"/review?site={other.community.site_id}").status_code == 404
    assert guard.get(f"/review/lapsed?site={other.community.site_id}").status_code == 404


def test_an_impossible_plate_is_a_toast(house: Gatehouse, guard: Staff) -> None:
    car = house.car(uncertain(HOME))
    answer = guard.press(f"/review/items/{car}/say", plate="hello")
    assert answer.status_code == 422
    assert "车牌号格式不对" in events_of(answer)["toast"]["text"]


def test_a_long_queue_costs_no_more_queries_than_a_short_one(house: Gatehouse, guard: Staff) -> None:
    house.car(uncertain("鲁B10001"))
    short = _queries(house, guard)
    for place, letter in enumerate("CDEFG"):
        house.car(uncertain(f"鲁{letter}7{place}3{place}5"))
    assert _queries(house, guard) == short


def _queries(house: Gatehouse, guard: Staff) -> int:
    statements: list[str] = []
    engine = house.platform.database.engine

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    guard.read("/review")  # looks are on record from now on
    event.listen(engine, "before_cursor_execute", note)
    try:
        guard.read("/review")
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(statements)
