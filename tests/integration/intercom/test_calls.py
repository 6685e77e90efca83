"""Ringing, answering, opening: at the station, on the household's phones, and at the guard's desk."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from backend.device_api.app import create_app
from backend.features.intercom import desk
from backend.features.intercom.errors import CallOver, CallStillRinging
from backend.features.intercom.model import OpenReason
from backend.infrastructure.http.platform import Platform
from backend.kernel.errors import NotFound
from tests.builders.bad_images import plain_jpeg
from tests.integration.credentials.house import build_house
from tests.integration.intercom.doorway import Doorway
from tests.integration.miniprogram_api.phone import code_of


def test_the_household_sees_who_rings_and_opens(doorway: Doorway) -> None:
    phone = doorway.wang()
    call_id = doorway.rung("2-501")
    [ringing] = phone.get("/intercom/calls", ringing="true").get_json()["items"]
    assert (ringing["id"], ringing["station"], ringing["state"]) == (call_id, "3幢2单元门", "ringing")
    assert phone.get(f"/intercom/calls/{call_id}/picture").data == plain_jpeg()
    opened = phone.post(f"/intercom/calls/{call_id}/open").get_json()
    assert (opened["state"], opened["door"]) == ("opened", "told")
    [command] = doorway.house.unit_door.commands()
    assert command["kind"] == "open_door"
    doorway.house.unit_door.post(f"/v1/commands/{command['id']}/acknowledgement", {"outcome": "done"})
    kept = phone.get(f"/intercom/calls/{call_id}").get_json()
    assert kept["door"] == "opened"
    assert [(line["what"], line["by_me"]) for line in kept["history"]] == [("called", False), ("opened", True)]
    assert doorway.at_station(call_id)["text"] == "门已打开，请进。"
    assert phone.get("/intercom/calls", ringing="true").get_json()["items"] == []


def test_of_two_who_press_at_once_one_opens_and_the_door_opens_once(doorway: Doorway) -> None:
    phones = [doorway.wang(), doorway.li()]
    call_id = doorway.rung()
    with ThreadPoolExecutor(4) as hands:
        pressed = [hands.submit(phone.post, f"/intercom/calls/{call_id}/open") for phone in phones * 2]
    codes = sorted(press.result().status_code for press in pressed)
    assert codes == [200, 200, 409, 409]
    assert doorway.count("device_command") == 1
    assert doorway.history(call_id).count("opened") == 1


def test_whoever_answers_first_has_the_word_and_the_station_says_so(doorway: Doorway) -> None:
    wang, li = doorway.wang(), doorway.li()
    call_id = doorway.rung()
    assert wang.post(f"/intercom/calls/{call_id}/answer").get_json()["answered_by_me"]
    assert doorway.at_station(call_id)["state"] == "answered"
    assert code_of(li.post(f"/intercom/calls/{call_id}/open")) == (409, "intercom_call_taken")
    assert wang.post(f"/intercom/calls/{call_id}/decline").get_json()["state"] == "declined"
    assert doorway.house.unit_door.commands() == []
    assert "不方便" in doorway.at_station(call_id)["text"]


def test_an_answer_without_a_decision_becomes_the_guards(doorway: Doorway) -> None:
    wang = doorway.wang()
    call_id = doorway.rung()
    wang.post(f"/intercom/calls/{call_id}/answer")
    much_later = doorway.later(130)
    much_later.end_calls()
    assert doorway.history(call_id) == ["called", "answered", "missed"]


def test_a_repeated_key_gets_the_same_answer_and_opens_nothing_again(doorway: Doorway) -> None:
    phone = doorway.wang()
    call_id = doorway.rung()
    first, second = (phone.post(f"/intercom/calls/{call_id}/open", key="key-of-one-press") for _ in range(2))
    assert first.data == second.data
    assert doorway.count("device_command") == 1


def test_another_households_call_does_not_exist(doorway: Doorway, platform: Platform) -> None:
    other = doorway.wang()
    elsewhere = build_house(platform, create_app(platform), "远方花园", "苏B54321")
    door = elsewhere.unit_door
    theirs = door.post("/v1/intercom/calls", door.envelope(room="501")).get_json()["call_id"]
    for verb in ("answer", "open", "decline"):
        assert code_of(other.post(f"/intercom/calls/{theirs}/{verb}")) == (404, "not_found")
    assert other.get(f"/intercom/calls/{theirs}").status_code == 404
    assert other.get(f"/intercom/calls/{theirs}/picture").status_code == 404
    assert doorway.house.unit_door.get(f"/v1/intercom/calls/{theirs}").status_code == 404
    with doorway.guarding() as work, pytest.raises(NotFound):
        desk.close(work, work.actor.scope, theirs)
    assert other.get("/intercom/calls").get_json()["items"] == []


def refused_text(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["state"]


def test_a_room_that_does_not_exist_is_answered_calmly_and_rings_nowhere(doorway: Doorway) -> None:
    for room in ("999", "4-2-501", "五百", "' OR 1=1"):
        assert refused_text(doorway.ring(room, picture=False)) == (202, "unknown_room")
    side = doorway.house.side_door
    assert refused_text(side.post("/v1/intercom/calls", side.envelope(room="3-2-501"))) == (202, "unknown_room")
    assert doorway.count("intercom_ring") == 0
    assert doorway.run_jobs() == 0


def test_pressing_again_is_the_same_call_and_pressing_forever_is_refused(doorway: Doorway) -> None:
    doorway.wang()
    first = doorway.rung()
    assert doorway.rung("3-2-501") == first
    assert doorway.count("intercom_ring") == 1
    answers = [doorway.ring(f"9{n}", picture=False).status_code for n in range(8)]
    assert answers == [202] * 7 + [429]
    assert doorway.count("intercom_call") == 8


def test_a_call_sent_again_is_one_call_and_one_ring(doorway: Doorway) -> None:
    doorway.wang()
    door = doorway.house.unit_door
    event = door.envelope(room="501")
    first, second = door.post("/v1/intercom/calls", event), door.post("/v1/intercom/calls", event)
    assert first.data == second.data
    assert (doorway.count("intercom_call"), doorway.count("intercom_ring")) == (1, 1)


def test_the_picture_is_the_stations_own_and_shown_for_a_day(doorway: Doorway) -> None:
    phone = doorway.wang()
    door = doorway.house.unit_door
    assert door.post("/v1/intercom/calls", door.envelope(room="501", media_ids=[str(uuid4())])).status_code == 404
    of_another = doorway.house.side_door.upload(plain_jpeg()).get_json()["media_id"]
    assert door.post("/v1/intercom/calls", door.envelope(room="501", media_ids=[of_another])).status_code == 404
    call_id = doorway.rung()
    assert phone.get(f"/intercom/calls/{call_id}/picture").status_code == 200
    with doorway.platform.database.sessions.begin() as session:
        session.execute(text("UPDATE intercom_call SET started_at = started_at - interval '25 hours'"))
    assert code_of(phone.get(f"/intercom/calls/{call_id}/picture")) == (410, "intercom_picture_over")
    assert not phone.get(f"/intercom/calls/{call_id}").get_json()["has_picture"]


def test_the_guard_opens_for_a_missed_call_with_a_reason_and_only_once(doorway: Doorway) -> None:
    doorway.wang()
    call_id = doorway.rung()
    with doorway.guarding() as work, pytest.raises(CallStillRinging):
        desk.open_by_hand(work, work.actor.scope, call_id, OpenReason.LIVES_HERE)  # type: ignore[arg-type]
    late = doorway.later(46)
    late.end_calls()
    with late.guarding() as work:
        desk.open_by_hand(work, work.actor.scope, call_id, OpenReason.OTHER, "老人忘带钥匙")  # type: ignore[arg-type]
    with late.guarding() as work, pytest.raises(CallOver):
        desk.close(work, work.actor.scope, call_id)  # type: ignore[arg-type]
    assert doorway.history(call_id) == ["called", "missed", "opened_by_guard"]
    assert doorway.count("device_command") == 1


def test_a_moved_out_resident_is_not_rung_and_sees_nothing(doorway: Doorway) -> None:
    phone = doorway.wang()
    doorway.house.move_out()
    doorway.rung()
    assert doorway.count("intercom_ring") == 0
    assert phone.get("/intercom/calls").get_json()["items"] == []


def test_every_step_and_every_look_is_in_the_audit_log(doorway: Doorway) -> None:
    phone = doorway.wang()
    call_id = doorway.rung()
    phone.get(f"/intercom/calls/{call_id}/picture")
    phone.post(f"/intercom/calls/{call_id}/open")
    with doorway.platform.database.sessions() as session:
        rows = "SELECT action, actor_kind FROM audit_entry WHERE action LIKE 'intercom%' ORDER BY at, action"
        kept = session.execute(text(rows))
        assert [tuple(row) for row in kept] == [
            ("intercom.called", "device"),
            ("intercom_call.looked", "resident"),
            ("intercom.opened", "resident"),
        ]
