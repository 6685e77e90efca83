import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from backend.device_api.app import create_app
from backend.features.credentials import doors
from backend.features.credentials import service as credentials
from backend.features.credentials.errors import AlarmAcknowledged
from backend.features.credentials.model import Asker, Assurance, Reason, Withdrawal
from backend.features.devices import service as devices
from backend.features.employees.model import Duty
from backend.kernel.clock import utc_now
from backend.kernel.errors import NotFound
from tests.builders.community import build_community
from tests.integration.credentials.house import CARD, OTHER_CARD, House, build_house
from tests.integration.device_api.terminal import Terminal


def ask(door: Terminal, card: str = CARD, **more: Any) -> TestResponse:
    return door.post("/v1/access-checks", door.envelope(card=card, **more))


def reason(door: Terminal, card: str = CARD, **more: Any) -> str:
    answer = ask(door, card, **more)
    assert answer.status_code == 200, answer.text
    body = answer.get_json()
    assert body["admitted"] is (body["reason"] == "admitted")
    assert body["text"]
    return str(body["reason"])


def kept(house: House, column: str = "coalesce(denial, kind)") -> list[Any]:
    with house.platform.database.sessions() as session:
        return list(session.execute(text(f"SELECT {column} FROM door_event ORDER BY id")).scalars())


def test_a_residents_card_opens_the_own_unit_and_no_other_building(house: House) -> None:
    house.issue()
    assert reason(house.unit_door) == "admitted"
    assert [command["kind"] for command in house.unit_door.commands()] == ["open_door"]
    assert reason(house.side_door) == "card_not_here"
    assert house.side_door.commands() == []
    assert kept(house) == ["check", "card_not_here"]


def test_a_card_that_nobody_registered_here_is_unknown_and_so_is_another_sites(house: House) -> None:
    elsewhere = build_house(house.platform, house.app, "别处小区", plate="沪A00001")
    elsewhere.issue(CARD)
    assert reason(house.unit_door, CARD) == "card_unknown"
    assert reason(house.unit_door, "不是卡号") == "card_unknown"
    assert reason(elsewhere.unit_door, CARD) == "admitted"
    assert kept(house, "credential_id")[:2] == [None, None]


def test_a_stopped_card_is_refused_at_once(house: House) -> None:
    card = house.issue()
    assert reason(house.unit_door) == "admitted"
    started = time.perf_counter()
    with house.work() as work:
        credentials.suspend(work, house.within, card.id, Withdrawal(Reason.STOLEN, Asker.HOLDER))
    answer = ask(house.unit_door).get_json()
    assert time.perf_counter() - started < 1
    assert answer["reason"] == "card_lost"
    assert "挂失" in answer["text"]


@pytest.mark.parametrize(
    ("why", "said"), [(Reason.OWN_WISH, "card_suspended"), (Reason.LOST, "card_lost")], ids=lambda v: str(v)
)
def test_the_display_says_why_and_whom_to_ask(house: House, why: Reason, said: str) -> None:
    card = house.issue()
    with house.work() as work:
        credentials.suspend(work, house.within, card.id, Withdrawal(why, Asker.HOLDER))
    answer = ask(house.unit_door).get_json()
    assert (answer["reason"], "门卫" in answer["text"]) == (said, True)


def test_whoever_has_moved_out_is_not_let_in_even_before_the_card_is_taken_back(house: House) -> None:
    house.issue()
    house.move_out()
    assert reason(house.unit_door) == "card_no_home"


def test_a_replaced_card_stays_shut_and_the_new_one_opens(house: House) -> None:
    card = house.issue()
    with house.work() as work:
        credentials.replace_card(work, house.platform.crypto, house.within, card.id, OTHER_CARD, Assurance.LOW)
    assert reason(house.unit_door, CARD) == "card_ended"
    assert reason(house.unit_door, OTHER_CARD) == "admitted"


def test_where_it_matters_a_card_that_can_be_copied_needs_the_pin(house: House) -> None:
    guard = house.hire(Duty.CONTROL_ROOM)
    house.issue(CARD, guard)
    house.set_pin("290417", guard)
    assert reason(house.control_centre) == "card_pin_needed"
    assert reason(house.control_centre, pin="290418") == "card_pin_wrong"
    assert reason(house.control_centre, pin="290417") == "admitted"


def test_after_five_wrong_pins_even_the_right_one_waits(house: House) -> None:
    house.issue()
    house.set_pin("290417")
    wrong = [reason(house.unit_door, pin=f"55512{digit}") for digit in range(6)]
    assert wrong == ["card_pin_wrong"] * 5 + ["card_pin_locked"]
    assert reason(house.unit_door, pin="290417") == "card_pin_locked"


def test_guesses_from_two_doors_at_once_are_all_counted(house: House) -> None:
    house.issue()
    house.set_pin("290417")
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda digit: reason(house.unit_door, pin=f"55512{digit}"), range(8)))
    assert sorted(said) == ["card_pin_locked"] * 3 + ["card_pin_wrong"] * 5


def test_a_cleaner_opens_the_buildings_and_not_the_control_centre(house: House) -> None:
    cleaner = house.hire(Duty.CLEANING)
    house.issue(CARD, cleaner)
    assert reason(house.side_door) == "admitted"
    assert reason(house.control_centre) == "card_not_here"


def test_a_check_sent_twice_gets_one_answer_and_one_command(house: House) -> None:
    house.issue()
    body = house.unit_door.envelope(card=CARD)
    first, second = (house.unit_door.post("/v1/access-checks", body) for _ in range(2))
    assert first.get_json() == second.get_json()
    assert len(house.unit_door.commands()) == 1
    assert len(kept(house)) == 1


def test_one_id_with_another_card_is_a_conflict(house: House) -> None:
    house.issue()
    body = house.unit_door.envelope(card=OTHER_CARD)
    house.unit_door.post("/v1/access-checks", body)
    answer = house.unit_door.post("/v1/access-checks", body | {"card": CARD})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "event_changed")
    assert house.unit_door.commands() == []


def test_two_checks_at_once_are_two_events(house: House) -> None:
    house.issue()
    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda _: reason(house.unit_door), range(2)))
    assert said == ["admitted", "admitted"]
    assert len(kept(house)) == 2


def test_a_check_that_comes_late_opens_nothing(house: House) -> None:
    house.issue()
    assert reason(house.unit_door, occurred_at=(utc_now() - timedelta(minutes=2)).isoformat()) == "card_late"
    assert house.unit_door.commands() == []


def test_neither_card_nor_pin_is_kept_in_what_the_device_sent(house: House) -> None:
    house.issue()
    house.set_pin("290417")
    reason(house.unit_door, pin="290417")
    with house.platform.database.sessions() as session:
        rows = [
            str(dict(row))
            for table in ("device_event", "door_event", "audit_entry")
            for row in session.execute(text(f"SELECT * FROM {table}")).mappings()
        ]
    assert [row for row in rows if CARD in row or "290417" in row] == []


@pytest.mark.parametrize("kind", ["forced", "held_open"])
def test_a_forced_or_held_door_is_kept_until_a_guard_has_seen_to_it(house: House, kind: str) -> None:
    body = house.unit_door.envelope(kind=kind)
    assert [house.unit_door.post("/v1/door-events", body).status_code for _ in range(2)] == [200, 200]
    assert kept(house) == [kind]
    [event_id] = kept(house, "id")
    elsewhere = build_community(house.platform, "别处小区", phone="13800000002", plate="沪A00001")
    with pytest.raises(NotFound), house.work() as work:
        doors.acknowledge(work, elsewhere.scope, event_id)
    with house.work() as work:
        doors.acknowledge(work, house.within, event_id)
    with pytest.raises(AlarmAcknowledged), house.work() as work:
        doors.acknowledge(work, house.within, event_id)


def test_a_check_is_no_alarm_to_acknowledge(house: House) -> None:
    reason(house.unit_door)
    [event_id] = kept(house, "id")
    with pytest.raises(NotFound), house.work() as work:
        doors.acknowledge(work, house.within, event_id)


def test_a_device_that_is_neither_door_nor_gate_is_told_so(house: House) -> None:
    with house.work() as work:
        site = house.community
        enrolled = devices.enrol(work, house.platform.crypto, site.tenant_id, site.site_id, "没有门的设备")
    stray = Terminal(create_app(house.platform), enrolled.device_id, enrolled.token)
    answer = ask(stray)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "device_is_no_door")
