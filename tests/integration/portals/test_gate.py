from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update

from backend.features.devices.model import CommandOutcome
from backend.features.devices.tables import DeviceCommandRow, DeviceRow
from backend.features.passages.tables import PassageRow
from backend.infrastructure import presence
from backend.infrastructure.audit.tables import AuditEntryRow
from backend.infrastructure.http.platform import Platform
from backend.kernel.identity import Role
from backend.kernel.ids import PassageId
from backend.portals.property.app import create_app
from tests.integration.portals.gatehouse import (
    Gatehouse,
    Staff,
    build_gatehouse,
    certain,
    events_of,
    logged_in,
    uncertain,
)


@pytest.fixture
def guard(house: Gatehouse, portal: Flask) -> Staff:
    return logged_in(portal, house.hire("guard", Role.GUARD))


def passage(house: Gatehouse, passage_id: PassageId) -> PassageRow:
    with house.platform.database.sessions() as session:
        return session.scalars(select(PassageRow).where(PassageRow.id == passage_id)).one()


def commands(house: Gatehouse) -> int:
    with house.platform.database.sessions() as session:
        return session.scalar(select(func.count()).select_from(DeviceCommandRow)) or 0


def actions(house: Gatehouse, action: str) -> list[AuditEntryRow]:
    with house.platform.database.sessions() as session:
        return list(
            session.scalars(
                select(AuditEntryRow).where(AuditEntryRow.action == action).order_by(AuditEntryRow.sequence)
            )
        )


def test_a_car_that_is_still_being_read_is_shown_already(house: Gatehouse, guard: Staff) -> None:
    car = house.car(None)
    page = guard.read("/gate")
    assert f'id="passage-{car}"' in page
    assert "正在识别车牌" in page


def test_the_guard_reads_who_comes_to_whom_and_what_the_barrier_said(house: Gatehouse, guard: Staff) -> None:
    house.expect("陈访客", "苏B88888")
    house.car(certain("苏B88888"))
    assert "等待道闸确认" in guard.read("/gate/board")
    house.acknowledge(house.entry)
    board = guard.read("/gate/board")
    assert "苏B·88888" in board
    assert "访客在预约时间内，自动放行。" in board
    assert "陈访客" in board
    assert "3幢2单元501" in board
    assert "道闸已确认" in board


def test_a_barrier_that_fails_is_told_to_the_guard(house: Gatehouse, guard: Staff) -> None:
    house.car(certain("苏A12345"))
    house.acknowledge(house.entry, CommandOutcome.FAILED)
    assert "道闸报告失败" in guard.read("/gate/board")


def test_confirming_an_uncertain_plate_opens(house: Gatehouse, guard: Staff) -> None:
    car = house.car(uncertain("苏A12345", ("苏A12346", 0.3)))
    answer = guard.press(f"/gate/passages/{car}/confirm")
    assert events_of(answer)["toast"] == {"text": "已放行：登记车辆。", "kind": "good"}
    assert passage(house, car).state == "opened"
    assert commands(house) == 1


def test_a_corrected_plate_that_nobody_announced_still_asks_the_guard(house: Gatehouse, guard: Staff) -> None:
    car = house.car(uncertain("苏A12345"))
    answer = guard.press(f"/gate/passages/{car}/correct", plate="苏 e·99999")
    assert events_of(answer)["toast"]["kind"] == "warn"
    assert passage(house, car).plate == "苏E99999"
    assert passage(house, car).state == "waiting"
    assert commands(house) == 0


def test_an_impossible_plate_is_refused_with_a_toast(house: Gatehouse, guard: Staff) -> None:
    car = house.car(uncertain("苏A12345"))
    answer = guard.press(f"/gate/passages/{car}/correct", plate="hello")
    assert answer.status_code == 422
    assert "车牌号格式不对" in events_of(answer)["toast"]["text"]
    assert passage(house, car).plate == "苏A12345"


def test_opening_by_hand_keeps_the_reason_and_who_did_it(house: Gatehouse, guard: Staff) -> None:
    car = house.car(certain("苏E99999"))
    guard.press(f"/gate/passages/{car}/open", reason="delivery")
    row = passage(house, car)
    assert (row.state, row.hand_reason) == ("opened", "delivery")
    assert "李保安放行：快递外卖。" in guard.read("/gate/board")


def test_a_reason_that_is_not_on_the_list_opens_nothing(house: Gatehouse, guard: Staff) -> None:
    car = house.car(certain("苏E99999"))
    assert guard.press(f"/gate/passages/{car}/open", reason="because").status_code == 422
    assert commands(house) == 0


def test_turning_a_car_away_opens_nothing(house: Gatehouse, guard: Staff) -> None:
    car = house.car(certain("苏E99999"))
    answer = guard.press(f"/gate/passages/{car}/turn-away")
    assert "李保安没有放行。" in answer.get_data(as_text=True)
    assert commands(house) == 0


def test_the_second_of_two_guards_is_told_that_the_other_was_faster(house: Gatehouse, guard: Staff) -> None:
    car = house.car(certain("苏E99999"))
    guard.press(f"/gate/passages/{car}/open", reason="delivery")
    answer = guard.press(f"/gate/passages/{car}/open", reason="other")
    assert answer.status_code == 409
    assert events_of(answer)["toast"]["text"].startswith("已由他人处理")
    assert events_of(answer)["refused"] is True
    assert commands(house) == 1


def test_an_emergency_opens_at_once_and_owes_its_reason(house: Gatehouse, guard: Staff) -> None:
    board = guard.press(f"/gate/lanes/{house.exit}/emergency").get_data(as_text=True)
    assert commands(house) == 1
    assert "补填原因" in board
    opened = PassageId(actions(house, "passage.opened")[0].subject_id)  # type: ignore[arg-type]
    assert "为什么紧急开闸" in guard.read(f"/gate/passages/{opened}")
    given = guard.press(f"/gate/passages/{opened}/reason", reason="emergency").get_data(as_text=True)
    assert "补填原因" not in given
    assert "李保安放行：紧急情况。" in given


def test_the_six_digits_that_a_visitor_reads_aloud_open(house: Gatehouse, guard: Staff) -> None:
    visit = house.expect()
    code = f"{visit.code[:3]} {visit.code[3:]}"
    answer = guard.press("/gate/code", code=code, lane=str(house.entry))
    assert events_of(answer)["toast"]["kind"] == "good"
    assert commands(house) == 1


def test_a_code_before_its_time_waits_for_the_guard_with_the_reason(house: Gatehouse, guard: Staff) -> None:
    visit = house.expect(starts_in_hours=5)
    answer = guard.press("/gate/code", code=visit.code, lane=str(house.entry))
    assert events_of(answer)["toast"] == {"text": "有来访预约，但还没到预约时间。", "kind": "warn"}
    assert commands(house) == 0


def test_wrong_codes_are_counted_until_no_more_are_taken(house: Gatehouse, guard: Staff) -> None:
    answers = [guard.press("/gate/code", code="000000", lane=str(house.entry)) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert events_of(answers[0])["toast"]["text"] == "没有这个来访码，请核对六位数字。"
    assert len(actions(house, "visit.code_wrong")) == 10


def test_those_who_wait_longest_stand_first(house: Gatehouse, guard: Staff) -> None:
    first, second = house.car(certain("苏E99999"), seed=1), house.car(certain("浙F66666"), seed=2)
    board = guard.read("/gate/board")
    assert board.index(str(first)) < board.index(str(second))


def test_the_photo_is_served_with_care_and_one_look_is_recorded(house: Gatehouse, guard: Staff) -> None:
    car = house.car(certain("苏E99999"))
    answers = [guard.get(f"/media/{car}") for _ in range(3)]
    assert answers[0].data.startswith(b"\xff\xd8\xff")
    assert answers[0].headers["Cache-Control"] == "private, max-age=600"
    assert answers[0].headers["X-Content-Type-Options"] == "nosniff"
    looks = actions(house, "passage.looked")
    assert [(look.subject_id, look.purpose) for look in looks] == [(car, "gate_duty")]


def test_a_look_at_a_photo_names_the_page_it_was_for(house: Gatehouse, guard: Staff) -> None:
    car = house.car(certain("苏E99999"))
    assert guard.get(f"/media/{car}?purpose=register_check").status_code == 200
    assert guard.get(f"/media/{car}?purpose=curiosity").status_code == 422
    assert [look.purpose for look in actions(house, "passage.looked")] == ["register_check"]


def test_the_guard_is_told_while_no_process_reads_plates(house: Gatehouse, guard: Staff) -> None:
    assert "车牌识别暂时不可用" in guard.read("/gate/board")
    engine = {"name": "ppocr-onnx", "version": "1", "loaded": True, "available": True, "detail": ""}
    with house.platform.database.sessions.begin() as session:
        presence.say(session, "recognition@here", "recognition", [engine | {"available": False}])
    assert "车牌识别暂时不可用" in guard.read("/gate/board"), "an engine without its weights reads nothing"
    with house.platform.database.sessions.begin() as session:
        presence.say(session, "recognition@here", "recognition", [engine])
    assert "车牌识别暂时不可用" not in guard.read("/gate/board")


def test_the_guard_is_told_of_a_lane_that_has_fallen_silent(house: Gatehouse, guard: Staff) -> None:
    house.acknowledge(house.entry)  # it asks for its commands
    assert "没有回应" not in guard.read("/gate/board")
    with house.platform.database.sessions.begin() as session:
        session.execute(update(DeviceRow).values(last_seen_at=DeviceRow.last_seen_at - timedelta(minutes=4)))
    assert "东门进口的设备没有回应" in guard.read("/gate/board")


@pytest.mark.parametrize("address", ["/gate/board", "/passages", "/visits", "/audit"])
def test_a_page_takes_as_many_queries_busy_as_quiet(house: Gatehouse, portal: Flask, address: str) -> None:
    manager = logged_in(portal, house.hire("manager", Role.PROPERTY_MANAGER))
    manager.read(address)
    quiet = queries(house, manager, address)
    for seed in range(6):
        house.expect(plate=f"苏B8888{seed}")
        house.car(certain(f"苏B8888{seed}") if seed % 2 else uncertain(f"鲁{seed}D777{seed}"), seed=seed)
        house.emergency()
    assert queries(house, manager, address) == quiet


def queries(house: Gatehouse, staff: Staff, address: str) -> int:
    statements: list[str] = []

    def count(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement)

    engine = house.platform.database.engine
    event.listen(engine, "before_cursor_execute", count)
    staff.read(address)
    event.remove(engine, "before_cursor_execute", count)
    return len(statements)


def test_a_reason_that_is_owed_stays_above_until_it_is_given(house: Gatehouse, guard: Staff) -> None:
    house.emergency()
    for _ in range(21):
        house.give_reason(house.emergency())
    assert "补填原因" in guard.read("/gate/board")


@pytest.mark.parametrize("state", ["waiting", "opened"])
def test_another_communitys_passage_is_nowhere(platform: Platform, guard: Staff, state: str) -> None:
    other = build_gatehouse(platform, "别处花园")
    car = other.car(certain(None) if state == "waiting" else certain("苏A12345"))
    before = commands(other)
    answers = [
        guard.get(f"/media/{car}"),
        guard.get(f"/gate/passages/{car}"),
        guard.get(f"/gate?gate={other.gate_id}"),
        *(guard.press(f"/gate/passages/{car}/{verb}") for verb in ("confirm", "turn-away")),
        *(guard.press(f"/gate/passages/{car}/{verb}", reason="other") for verb in ("open", "reason")),
        guard.press(f"/gate/passages/{car}/correct", plate="苏A12345"),
        guard.press(f"/gate/lanes/{other.entry}/emergency"),
        guard.press("/gate/code", code="123456", lane=str(other.entry)),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert commands(other) == before
    assert str(car) not in guard.read("/passages")


def test_a_car_that_left_long_ago_waits_no_more(house: Gatehouse, guard: Staff) -> None:
    car = house.car(certain(None))
    with house.platform.database.sessions.begin() as session:
        row = session.scalars(select(PassageRow).where(PassageRow.id == car)).one()
        row.created_at -= timedelta(hours=13)
    assert str(car) not in guard.read("/gate/board")
    assert str(car) in guard.read("/passages")


def test_a_failure_of_ours_is_a_calm_page_without_details(house: Gatehouse, platform: Platform) -> None:
    app = create_app(platform)

    def broken() -> str:
        raise RuntimeError("苏A12345")

    app.add_url_rule("/broken", view_func=broken)
    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "系统出错了" in answer.get_data(as_text=True)
    assert "苏A12345" not in answer.get_data(as_text=True)
