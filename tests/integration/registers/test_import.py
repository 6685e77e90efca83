"""Imports: a dry run that writes nothing, faults by row and column, all or nothing, nothing twice."""

import time
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, text

from backend.features.imports import service as imports
from backend.features.imports.errors import ImportNotReady
from backend.features.imports.model import ImportState, Register
from backend.features.people import service as people
from backend.infrastructure.changes import history_of
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.errors import NotFound
from tests.builders.community import Community
from tests.builders.register_files import RESIDENT_HEADINGS, as_csv, as_workbook, card_number, resident_rows
from tests.integration.registers.importing import Office, run_jobs, told

SHORT = ("楼栋", "单元", "房号", "姓名", "手机号", "证件号码", "车牌号")


@pytest.fixture
def office(platform: Platform, community: Community) -> Office:
    return Office.of(platform, community)


def count(platform: Platform, table: str) -> int:
    with platform.database.sessions() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_a_dry_run_writes_nothing(office: Office, platform: Platform) -> None:
    looked = office.look_through(as_csv(RESIDENT_HEADINGS, resident_rows(40)))
    assert (looked.state, looked.counts["new"], looked.row_count) == (ImportState.READY, 40, 40)
    assert (count(platform, "person"), count(platform, "room"), count(platform, "vehicle")) == (1, 3, 1)


def test_an_import_makes_rooms_households_residents_and_vehicles(office: Office, platform: Platform) -> None:
    done = office.bring_in(as_workbook(RESIDENT_HEADINGS, resident_rows(40)))
    assert (done.state, done.counts) == (ImportState.DONE, {"new": 40, "rooms": 20, "vehicles": 7})
    assert (count(platform, "person"), count(platform, "household"), count(platform, "household_member")) == (
        41,
        21,
        41,
    )
    with platform.database.sessions() as session:
        vehicle = people.find_vehicle_by_plate(session, office.community.scope, "苏B00003")
    assert vehicle is not None


def test_the_same_file_again_changes_nothing(office: Office, platform: Platform) -> None:
    body = as_csv(RESIDENT_HEADINGS, resident_rows(40), "gb18030")
    office.bring_in(body)
    before = count(platform, "register_change")
    again = office.bring_in(body)
    assert again.counts == {"unchanged": 40}
    assert count(platform, "register_change") == before


def test_what_a_later_file_says_otherwise_is_changed_and_the_rest_stays(office: Office, platform: Platform) -> None:
    office.bring_in(as_csv(RESIDENT_HEADINGS, resident_rows(4)))
    room = ["1", "1", "101"]
    [who] = [row[3] for row in resident_rows(1)]
    done = office.bring_in(as_csv(SHORT, [[*room, who, "13811112222", card_number(0), "苏B12345"]]))
    assert done.counts == {"changed": 1, "vehicles": 1}
    with platform.database.sessions() as session:
        fields = [history for history in _history(session, office) if "phone" in history]
        assert fields == [{"phone"}]


def _history(session: Any, office: Office) -> list[set[str]]:
    ids = session.execute(text("SELECT id FROM person")).scalars().all()
    found = history_of(session, office.community.scope, ids)
    assert {change.actor_id for change in found} >= {office.actor.id}, "the changes are whose import it was"
    return [set(change.fields) for change in found if change.action.value == "changed"]


def test_every_fault_is_named_by_row_and_column_and_nothing_is_written(office: Office, platform: Platform) -> None:
    rows = [
        ["1", "1", "101", "王芳", "1380000", card_number(1), ""],
        ["1", "1", "", "李静", "", "990101195001010001", "苏A1"],
        ["1", "1", "102", "=cmd()", "", "", ""],
        ["1", "1", "103", "赵军", "13900000005", card_number(5), "苏B00001"],
        ["1", "1", "104", "钱勇", "13900000006", card_number(5), "苏B00001"],
        ["1", "1", "103", "赵军", "13900000005", card_number(5), ""],
        ["2", "1", "101", "孙洋", "", "", "苏A12345"],
    ]
    looked = office.look_through(as_csv(SHORT, rows))
    assert looked.state is ImportState.FAULTY
    faults = told(looked)
    assert [fault.split(" ")[:2] for fault in faults] == [
        ["2", "手机号"],
        ["3", "房号"],
        ["3", "证件号码"],
        ["3", "车牌号"],
        ["4", "姓名"],
        ["6", "车牌号"],
        ["7", "姓名"],
        ["8", "车牌号"],
    ]
    assert "11 位手机号" in faults[0]
    assert "车牌与第 5 行另一户重复" in faults[5]
    assert "与第 5 行重复" in faults[6]
    assert "3幢2单元501" in faults[7]
    assert (count(platform, "person"), count(platform, "room")) == (1, 3)
    with pytest.raises(ImportNotReady):
        office.go(looked.id)


def test_one_document_with_two_names_is_a_fault_in_the_file_and_against_the_register(office: Office) -> None:
    office.bring_in(as_csv(SHORT, [["1", "1", "101", "赵军", "", card_number(5), ""]]))
    rows = [
        ["1", "1", "102", "钱勇", "", card_number(5), ""],
        ["1", "1", "103", "孙洋", "", card_number(6), ""],
        ["1", "1", "104", "周杰", "", card_number(6), ""],
    ]
    first, second = told(office.look_through(as_csv(SHORT, rows)))
    assert first == "2 证件号码 证件号码已登记在 1幢1单元101 的另一位住户名下，请核对。"
    assert second == "4 证件号码 证件号码与第 3 行相同，姓名却不同，请核对。"


def test_namesakes_with_different_documents_are_two_people(office: Office, platform: Platform) -> None:
    rows = [["1", "1", "101", "王芳", "", card_number(number), ""] for number in (1, 2)]
    assert office.bring_in(as_csv(SHORT, rows)).counts["new"] == 2
    assert count(platform, "person") == 3


def test_one_person_may_have_two_homes(office: Office, platform: Platform) -> None:
    rows = [["1", "1", room, "王芳", "13900000001", card_number(1), ""] for room in ("101", "102")]
    assert office.bring_in(as_csv(SHORT, rows)).counts["new"] == 2
    assert (count(platform, "person"), count(platform, "household_member")) == (2, 3)


def test_a_room_that_is_registered_already_is_found_by_its_usual_names(office: Office, platform: Platform) -> None:
    done = office.bring_in(as_csv(SHORT, [["3栋", "2", "502室", "李芳", "", "", ""]]))
    assert done.counts == {"new": 1}, "no new room"
    assert count(platform, "room") == 3


def test_an_empty_room_is_a_row_without_a_name_in_it(office: Office, platform: Platform) -> None:
    headings = ("楼栋", "单元", "房号", "姓名")
    assert office.bring_in(as_csv(headings, [["9", "1", "101", ""]])).counts == {"new": 1, "rooms": 1}
    assert office.bring_in(as_csv(headings, [["9", "1", "101", ""]])).counts == {"unchanged": 1}
    assert count(platform, "household") == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"PK\x03\x04 broken", "import_unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "import_old_workbook"),
        ("楼栋,单元,房号,姓名\n".encode(), "import_no_rows"),
        ("楼栋,姓名\n1,王芳\n".encode(), "import_columns_missing"),
        ("楼栋,单元,房号,姓名,姓名\n1,1,1,王,王\n".encode(), "import_column_twice"),
        (b"\xff\xfe\xfd", "import_unreadable"),
    ],
)
def test_a_file_that_is_no_table_is_refused_as_a_whole(office: Office, body: bytes, code: str) -> None:
    looked = office.look_through(body)
    assert (looked.state, looked.problem) == (ImportState.UNREADABLE, code)


def test_the_register_may_move_between_the_dry_run_and_the_writing(office: Office, platform: Platform) -> None:
    looked = office.look_through(as_csv(SHORT, [["1", "1", "101", "赵军", "", "", "苏B00001"]]))
    with unit_of_work(platform.database, office.actor) as work:
        people.add_vehicle(work, office.community.scope, office.community.household_id, "苏B00001")
    office.go(looked.id)
    run_jobs(platform)
    after = office.seen(looked.id)
    assert after.state is ImportState.FAULTY
    assert "3幢2单元501" in told(after)[0]
    assert count(platform, "person") == 1


def test_only_one_go_counts(office: Office) -> None:
    looked = office.look_through(as_csv(RESIDENT_HEADINGS, resident_rows(2)))
    office.go(looked.id)
    with pytest.raises(ImportNotReady):
        office.go(looked.id)


def test_an_import_of_another_site_is_not_there(office: Office, elsewhere: Community, platform: Platform) -> None:
    import_id = office.send(as_csv(RESIDENT_HEADINGS, resident_rows(2)))
    with unit_of_work(platform.database, office.actor) as work:
        for attempt in (
            lambda: imports.get(work.session, elsewhere.scope, import_id),
            lambda: imports.go(work, elsewhere.scope, import_id),
            lambda: imports.request(work, office.community.scope, elsewhere.site_id, Register.ASSETS, b"x"),
            lambda: imports.get(work.session, office.community.scope, uuid4()),
        ):
            with pytest.raises(NotFound):
                attempt()


def test_a_file_is_sealed_while_it_waits_and_gone_when_it_is_done(office: Office, platform: Platform) -> None:
    body = as_csv(RESIDENT_HEADINGS, resident_rows(4))
    looked = office.look_through(body)
    with platform.database.sessions() as session:
        kept = session.connection().exec_driver_sql("SELECT content FROM register_import").scalar_one()
    assert kept and card_number(0).encode() not in bytes(kept) and body not in bytes(kept)
    office.go(looked.id)
    run_jobs(platform)
    with platform.database.sessions() as session:
        assert session.connection().exec_driver_sql("SELECT content FROM register_import").scalar_one() is None


def test_the_number_of_statements_does_not_grow_with_the_rows(office: Office, platform: Platform) -> None:
    statements: list[str] = []

    def note(*call: Any) -> None:
        statements.append(call[2])

    event.listen(platform.database.engine, "before_cursor_execute", note)
    try:
        counts = []
        for first, rows in ((0, 20), (1000, 400)):
            statements.clear()
            office.bring_in(as_csv(RESIDENT_HEADINGS, resident_rows(rows, first=first)))
            counts.append(len(statements))
    finally:
        event.remove(platform.database.engine, "before_cursor_execute", note)
    small, large = counts
    assert large <= small + 10, "batches, not rows"


def test_two_thousand_rows_take_seconds(office: Office, platform: Platform) -> None:
    body = as_workbook(RESIDENT_HEADINGS, resident_rows(2000))
    started = time.process_time()
    done = office.bring_in(body)
    seconds = time.process_time() - started
    assert done.counts["new"] == 2000
    assert seconds < 20, f"{seconds:.1f} s of processor time for the dry run and the writing"


def test_staff_are_imported_with_certificate_and_vetting(office: Office, platform: Platform) -> None:
    headings = (
        "姓名",
        "岗位",
        "手机号",
        "证书类型",
        "证书编号",
        "发证机关",
        "证书有效期至",
        "背景审查日期",
        "背景审查结果",
        "审查单位",
    )
    right = [
        "李保安",
        "保安",
        "13700000001",
        "保安员证",
        "苏001",
        "市公安局",
        "2028年3月1日",
        "2026/5/1",
        "合格",
        "城关派出所",
    ]
    wrong = ["张师傅", "厨神", "", "保安员证", "", "", "", "2026/13/1", "", ""]
    looked = office.look_through(as_csv(headings, [right, wrong]), Register.EMPLOYEES)
    assert {fault.column for fault in looked.faults} == {
        *("岗位", "证书编号", "发证机关", "背景审查日期"),
    }
    assert office.bring_in(as_csv(headings, [right]), Register.EMPLOYEES).counts == {"new": 1}
    assert office.bring_in(as_csv(headings, [right]), Register.EMPLOYEES).counts == {"unchanged": 1}
    assert count(platform, "employee_certificate") == count(platform, "employee_vetting") == 1


def test_assets_are_imported_and_told_apart_by_their_code(office: Office) -> None:
    headings = ("编号", "类别", "名称", "位置", "检查周期(天)", "上次检查日期")
    rows = [["XF-1", "灭火器", "灭火器", "大堂", "30", "2026-11-01"], ["D-1", "电梯", "1号梯", "3幢", "15", ""]]
    assert office.bring_in(as_csv(headings, rows), Register.ASSETS).counts == {"new": 2}
    rows[0][3] = "门卫室"
    assert office.bring_in(as_csv(headings, rows), Register.ASSETS).counts == {"changed": 1, "unchanged": 1}
    wrong = [["XF-1", "灭火器", "灭火器", "大堂", "0", "2099-01-01"], ["D-1", "梯", "梯", "3幢", "", ""], *rows]
    assert [fault.split(" ")[1] for fault in told(office.look_through(as_csv(headings, wrong), Register.ASSETS))] == [
        *("检查周期", "类别"),
    ]
