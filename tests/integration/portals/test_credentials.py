"""The counter for cards and the board of doors, as the pages' forms use them."""

import pytest
from flask import Flask
from sqlalchemy import text

from backend.device_api.app import create_app
from backend.features.credentials.model import Credential
from backend.infrastructure.http.platform import Platform
from backend.kernel.identity import Role
from tests.integration.credentials.house import CARD, OTHER_CARD, House, build_house
from tests.integration.portals.gatehouse import Staff, events_of, logged_in


@pytest.fixture
def home(platform: Platform) -> House:
    return build_house(platform, create_app(platform))


@pytest.fixture
def guard(home: House, portal: Flask) -> Staff:
    return logged_in(portal, home.employ("guard", Role.GUARD))


def address(home: House, what: str = "") -> str:
    return f"/credentials/people/{home.community.person_id}{what}"


def item(card: Credential, verb: str) -> str:
    return f"/credentials/items/{card.id}/{verb}"


@pytest.mark.parametrize("typed", ["王小明", "wxm", "0001", "04:a2:2b:1c"])
def test_a_holder_is_found_by_name_pinyin_phone_tail_and_by_the_card_itself(
    home: House, guard: Staff, typed: str
) -> None:
    home.issue(CARD)
    found = guard.post("/credentials", typed=typed).get_data(as_text=True)
    assert address(home) in found and "3幢2单元501" in found


def test_neither_the_number_nor_a_pin_is_ever_shown(home: House, guard: Staff) -> None:
    guard.press(address(home, "/card"), number=CARD, assurance="low")
    guard.press(address(home, "/pin"), pin="290417")
    shown = guard.read(address(home))
    assert "2B1C" in shown and CARD not in shown and "290417" not in shown


def test_a_landlords_word_does_not_stop_a_card_and_the_refusal_is_calm(home: House, guard: Staff) -> None:
    card = home.issue()
    answer = guard.press(item(card, "suspend"), reason="lost")
    assert answer.status_code == 403
    assert "请由持卡人本人提出" in events_of(answer)["toast"]["text"]
    assert guard.press(item(card, "suspend"), reason="lost", in_person="yes").status_code == 200
    assert "已挂失" in guard.read(address(home))


@pytest.mark.parametrize("reason", ["unpaid", "fees", "replaced", ""])
def test_no_form_can_name_another_reason(home: House, guard: Staff, reason: str) -> None:
    card = home.issue()
    assert guard.press(item(card, "suspend"), reason=reason, in_person="yes").status_code in (403, 422)
    assert "有效" in guard.read(address(home))


def test_the_page_says_which_reasons_there_are_not_and_how_to_appeal(home: House, guard: Staff) -> None:
    card = home.issue()
    page = guard.read(address(home))
    assert "欠物业费" in page and "都不能停卡" in page
    assert 'value="misuse"' not in page
    guard.press(item(card, "suspend"), reason="own_wish", in_person="yes")
    page = guard.read(address(home))
    assert "值班人员核对身份后" in page and "三个工作日内答复" in page


def test_misuse_is_the_managements_to_decide(home: House, guard: Staff, portal: Flask) -> None:
    card = home.issue()
    words = {"reason": "misuse", "account": "把卡借给外人，已当面告知并留有记录。"}
    assert guard.press(item(card, "suspend"), **words).status_code == 403
    manager = logged_in(portal, home.employ("manager", Role.PROPERTY_MANAGER))
    assert manager.press(item(card, "suspend"), **words).status_code == 200
    assert guard.press(item(card, "resume")).status_code == 403


def test_whoever_has_moved_out_loses_everything_with_one_press(home: House, guard: Staff) -> None:
    home.issue()
    assert guard.press(address(home, "/end-all")).status_code == 409
    home.move_out()
    answer = guard.press(address(home, "/end-all"))
    assert "已注销 1 项" in events_of(answer)["toast"]["text"]


def test_another_sites_holder_and_card_are_not_there(home: House, guard: Staff, platform: Platform) -> None:
    elsewhere = build_house(platform, home.app, "别处小区", plate="沪A00001")
    card = elsewhere.issue()
    assert guard.get(address(elsewhere)).status_code == 404
    assert guard.press(address(elsewhere, "/card"), number=OTHER_CARD, assurance="low").status_code == 404
    assert guard.press(item(card, "suspend"), reason="lost", in_person="yes").status_code == 404
    assert address(elsewhere) not in guard.post("/credentials", typed="wxm").get_data(as_text=True)


def test_a_door_is_confirmed_once_it_has_asked_after_the_change(home: House, guard: Staff) -> None:
    home.issue()
    assert guard.read(address(home)).count("已确认") == 0
    home.unit_door.post("/v1/access-checks", home.unit_door.envelope(card=CARD))
    assert guard.read(address(home)).count("已确认") == 1


def test_an_alarm_is_shown_until_somebody_has_been_there(home: House, guard: Staff, platform: Platform) -> None:
    home.unit_door.post("/v1/door-events", home.unit_door.envelope(kind="forced"))
    home.unit_door.post("/v1/access-checks", home.unit_door.envelope(card=CARD))
    page = guard.read("/doors")
    assert "门被强行打开" in page and "卡没有登记" in page and "0 扇门没有接入门禁设备" in page
    with platform.database.sessions() as session:
        alarm = session.execute(text("SELECT id FROM door_event WHERE kind = 'forced'")).scalar_one()
    assert "门被强行打开" not in guard.press(f"/doors/alarms/{alarm}/acknowledge").get_data(as_text=True)
    assert guard.press(f"/doors/alarms/{alarm}/acknowledge").status_code == 409
