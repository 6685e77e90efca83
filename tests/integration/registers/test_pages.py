"""The registers' pages over HTTP: found, shown masked, changed, exported, and on record."""

import io
import re
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from backend.features.people import service as people
from backend.features.people.model import Relation
from backend.infrastructure.audit.tables import AuditEntryRow
from backend.infrastructure.http.platform import Platform
from backend.kernel.identity import Role
from backend.portals.property.app import create_app
from tests.builders.register_files import RESIDENT_HEADINGS, as_csv, card_number, name_of, resident_rows
from tests.integration.portals.gatehouse import Gatehouse, Staff, build_gatehouse, logged_in
from tests.integration.registers.importing import Office, run_jobs


@pytest.fixture
def house(platform: Platform) -> Gatehouse:
    return build_gatehouse(platform)


@pytest.fixture
def portal(platform: Platform) -> Flask:
    return create_app(platform)


@pytest.fixture
def manager(house: Gatehouse, portal: Flask) -> Staff:
    return logged_in(portal, house.hire("manager", Role.PROPERTY_MANAGER, "赵经理"))


@pytest.fixture
def clerk(house: Gatehouse, portal: Flask) -> Staff:
    return logged_in(portal, house.hire("clerk", Role.PROPERTY_CLERK, "钱客服"))


@pytest.fixture
def full(house: Gatehouse) -> Gatehouse:
    """Forty imported residents beside the one of the community."""
    done = Office.of(house.platform, house.community).bring_in(as_csv(RESIDENT_HEADINGS, resident_rows(40)))
    assert done.counts["new"] == 40
    return house


def person(house: Gatehouse) -> UUID:
    return house.community.person_id


def entries(house: Gatehouse, action: str) -> list[AuditEntryRow]:
    with house.platform.database.sessions() as session:
        return list(
            session.scalars(
                select(AuditEntryRow).where(AuditEntryRow.action == action).order_by(AuditEntryRow.sequence)
            )
        )


def linked(page: str, register: str) -> str:
    """The id of the first one that the page leads to."""
    found = re.search(rf'href="/{register}/([0-9a-f-]{{36}})"', page)
    assert found is not None
    return found[1]


def sheet(answer: TestResponse) -> list[list[Any]]:
    assert answer.status_code == 200
    book = load_workbook(io.BytesIO(answer.data), read_only=True)
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


@pytest.mark.parametrize(
    "typed", ["王小明", "小明", "wangxiaoming", "wangxiao", "xiaoming", "wxm", "WXM", "0001", "13800000001"]
)
def test_a_resident_is_found_by_name_pinyin_initials_and_number(manager: Staff, typed: str) -> None:
    page = manager.read(f"/registers?q={typed}")
    assert "王小明" in page
    assert "138****0001" in page
    assert "13800000001" not in page.replace('value="13800000001"', "")


@pytest.mark.parametrize("typed", ["3幢2单元501", "3-2-501", "2-501", "501"])
def test_a_room_is_found_as_people_say_it(manager: Staff, typed: str) -> None:
    page = manager.read(f"/registers?q={typed}")
    assert "3幢2单元501" in page
    assert "3幢2单元502" not in page


@pytest.mark.parametrize("typed", ["苏A12345", "苏a·12345", "12345", "A123"])
def test_a_vehicle_is_found_by_a_part_of_its_plate(manager: Staff, typed: str) -> None:
    assert "苏A·12345" in manager.read(f"/registers?q={typed}")


@pytest.mark.parametrize("typed", ["王", "wa", "%25", "九九九", "9-9-999", "zz", "' OR 1=1"])
def test_what_is_nobody_finds_nobody(manager: Staff, typed: str) -> None:
    page = manager.read(f"/registers?q={typed}")
    assert "没有找到" in page


def test_a_search_is_on_record_without_what_was_typed(house: Gatehouse, manager: Staff) -> None:
    manager.read("/registers?q=王小明")
    [entry] = entries(house, "register.searched")
    assert len(entry.facts["subjects"]) == 1
    assert "王小明" not in str(entry.facts)


def test_another_site_is_neither_searched_nor_shown(platform: Platform, house: Gatehouse, manager: Staff) -> None:
    other = build_gatehouse(platform, "别处小区")
    page = manager.read("/registers?q=王小明")
    assert page.count("王小明") == manager.read("/registers?q=wxm").count("王小明") + 1, "the box repeats it"
    assert str(other.community.person_id) not in page
    for address in (
        f"/residents/{other.community.person_id}",
        f"/residents/{other.community.person_id}/edit",
        f"/rooms/{other.community.rooms[0]}",
        f"/rooms/{other.community.rooms[0]}/residents/new",
    ):
        assert manager.get(address).status_code == 404, address


def test_the_list_pages_through_everybody_in_the_order_of_rooms(full: Gatehouse, manager: Staff) -> None:
    first = manager.read("/residents")
    assert first.index("1幢1单元101") < first.index("1幢1单元102") < first.index("1幢1单元201")
    following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = manager.read(following)
    assert "王小明" in first + second
    with full.platform.database.sessions() as session:
        everybody = [str(one) for one in session.execute(text("SELECT id FROM person")).scalars()]
    assert [one for one in everybody if (f"/residents/{one}" in first) + (f"/residents/{one}" in second) != 1] == []


def test_the_list_is_narrowed_by_room_and_by_what_ends_soon(full: Gatehouse, manager: Staff) -> None:
    assert name_of(0) in manager.read("/residents?room=1-1-101")
    assert name_of(2) not in manager.read("/residents?room=1-1-101")
    soon = {
        "姓名": "王小明",
        "住户类型": "租户",
        "流动人口": "是",
        "入住日期": "2026-01-01",
        "居住到期日": "2026-11-30",
    }
    manager.post(f"/residents/{person(full)}/edit", **soon)
    page = manager.read("/residents?sort=ends_soon")
    assert "王小明" in page and "流动人口" in page and name_of(0) not in page


def test_a_record_is_masked_until_somebody_who_may_asks_for_it_whole(
    house: Gatehouse, manager: Staff, clerk: Staff
) -> None:
    address = f"/residents/{person(house)}"
    assert "138****0001" in manager.read(address)
    assert "13800000001" in manager.read(f"{address}?clear=1")
    assert "13800000001" not in clerk.read(f"{address}?clear=1")
    assert len(entries(house, "person.looked_in_clear")) == 1
    assert {entry.subject_id for entry in entries(house, "person.looked")} == {person(house)}


def test_a_change_is_checked_kept_and_told_with_before_and_after(
    house: Gatehouse, clerk: Staff, manager: Staff
) -> None:
    address = f"/residents/{person(house)}"
    wrong = clerk.post(f"{address}/edit", 姓名="王小明", 手机号="12", 证件号码="123", 住户类型="业主")
    page = wrong.get_data(as_text=True)
    assert "11 位手机号" in page and "末位是校验码" in page and 'value="12"' in page
    right = clerk.post(f"{address}/edit", 姓名="王晓明", 手机号="13911112222", 证件号码=card_number(7), 住户类型="租户")
    assert right.status_code == 303
    told = manager.read(f"{address}?clear=1")
    for words in ("钱客服", "王小明 → 王晓明", "13800000001 → 13911112222", "业主 → 租户"):
        assert words in told, words
    kept = clerk.post(f"{address}/edit", 姓名="王晓明", 住户类型="租户")
    assert kept.status_code == 303
    assert "139****2222" in clerk.read(address), "an empty field keeps what is on file"
    clerk.post(f"{address}/edit", 姓名="王晓明", 手机号="无", 住户类型="租户")
    assert "139****2222 → （空）" in clerk.read(address)


def test_a_document_of_somebody_else_is_said_at_its_field(full: Gatehouse, manager: Staff) -> None:
    answer = manager.post(f"/residents/{person(full)}/edit", 姓名="王小明", 证件号码=card_number(0), 住户类型="业主")
    assert "证件号码已登记" in answer.get_data(as_text=True)


def test_somebody_is_registered_in_a_room_and_moves_out(house: Gatehouse, clerk: Staff) -> None:
    room = house.community.rooms[1]
    clerk.post(f"/rooms/{room}/residents/new", 姓名="李芳", 手机号="13900000002", 住户类型="租户")
    page = clerk.read(f"/rooms/{room}")
    assert "李芳" in page and Relation.TENANT.value not in page and "租户" in page
    address = page.split('href="/residents/')[1].split('"')[0]
    form = clerk.read(f"/residents/{address}")
    household = form.split('name="household" value="')[1].split('"')[0]
    assert clerk.post(f"/residents/{address}/leave", household=household).status_code == 303
    assert "没有住户" in clerk.read(f"/rooms/{room}")
    assert "李芳" in clerk.read("/residents?sort=moved_out")


def test_a_vehicle_is_registered_and_retired(house: Gatehouse, clerk: Staff) -> None:
    room = house.community.rooms[0]
    assert clerk.post(f"/rooms/{room}/vehicles", plate="HELLO").status_code == 422
    assert clerk.post(f"/rooms/{room}/vehicles", plate="苏A12345").status_code == 409
    assert clerk.post(f"/rooms/{room}/vehicles", plate="苏b 88888").status_code == 303
    vehicle = clerk.read("/registers?q=B88888").split('href="/vehicles/')[1].split('"')[0]
    clerk.post(f"/vehicles/{vehicle}/retire")
    assert "已停用" in clerk.read(f"/vehicles/{vehicle}")
    assert "苏B·88888" not in clerk.read("/vehicles")


def test_staff_are_registered_with_papers_and_what_is_missing_is_shown(house: Gatehouse, clerk: Staff) -> None:
    wrong = clerk.post("/employees/new", 姓名="李保安").get_data(as_text=True)
    assert "不能为空" in wrong
    assert clerk.post("/employees/new", 姓名="李保安", 岗位="保安", 手机号="13700000001").status_code == 303
    listed = clerk.read("/employees")
    assert "缺保安员证" in listed and "未做背景审查" in listed
    employee = linked(listed, "employees")
    address = f"/employees/{employee}"
    clerk.post(f"{address}/certificate", 证书类型="保安员证", 证书编号="苏001", 发证机关="市公安局")
    assert "不能为空" in clerk.post(f"{address}/vetting", 背景审查结果="合格").get_data(as_text=True)
    clerk.post(f"{address}/vetting", 背景审查日期="2026-05-01", 背景审查结果="合格", 审查单位="城关派出所")
    clerk.post(f"{address}/training", 培训内容="消防演练", 培训日期="2026-06-01", 学时="4")
    page = clerk.read(address)
    assert "缺保安员证" not in page and "城关派出所" in page and "消防演练" in page
    assert clerk.post(f"{address}/edit", 姓名="李保安", 岗位="巡逻", 离职日期="2026-01-01").status_code == 303
    assert "李保安" not in clerk.read("/employees")
    assert "李保安" in clerk.read("/employees?left=1")
    assert clerk.get(f"{address}/edit").status_code == 200
    assert clerk.post(f"{address}/diploma").status_code == 404


def test_an_asset_is_registered_due_and_checked(house: Gatehouse, clerk: Staff) -> None:
    form = {
        "编号": "XF-1",
        "类别": "灭火器",
        "名称": "灭火器",
        "位置": "大堂",
        "检查周期": "30",
        "上次检查日期": "2026-01-01",
    }
    assert clerk.post("/assets/new", **form).status_code == 303
    assert "已被使用" in clerk.post("/assets/new", **form).get_data(as_text=True)
    listed = clerk.read("/assets?due=1")
    assert "已到期" in listed
    asset = linked(listed, "assets")
    clerk.post(f"/assets/{asset}/check")
    assert "XF-1" not in clerk.read("/assets?due=1")
    clerk.post(f"/assets/{asset}/edit", **form | {"位置": "门卫室", "上次检查日期": "", "已停用": "是"})
    assert "大堂 → 门卫室" in clerk.read(f"/assets/{asset}")
    assert "XF-1" not in clerk.read("/assets")


def test_an_export_is_masked_unless_it_may_be_whole_and_is_on_record(
    full: Gatehouse, manager: Staff, clerk: Staff
) -> None:
    rows = sheet(manager.get("/residents/export.xlsx"))
    assert len(rows) == 42
    [mine] = [row for row in rows if "王小明" in row]
    assert "138****0001" in mine
    [whole] = [row for row in sheet(manager.get("/residents/export.xlsx?clear=1")) if "王小明" in row]
    assert "13800000001" in whole
    [masked] = [row for row in sheet(clerk.get("/residents/export.xlsx?clear=1")) if "王小明" in row]
    assert "138****0001" in masked
    assert [entry.facts for entry in entries(full, "person.exported")] == [
        {"rows": 41, "in_clear": False},
        {"rows": 41, "in_clear": True},
        {"rows": 41, "in_clear": False},
    ]


@pytest.mark.parametrize("register", ["rooms", "vehicles", "employees", "assets"])
def test_every_list_can_be_exported(full: Gatehouse, manager: Staff, register: str) -> None:
    rows = sheet(manager.get(f"/{register}/export.xlsx"))
    assert len(rows) == {"rooms": 24, "vehicles": 9, "employees": 1, "assets": 1}[register]


def test_nothing_in_an_export_is_a_formula(house: Gatehouse, clerk: Staff) -> None:
    form = {"编号": "=1+1", "类别": "其他", "名称": "@SUM(A1)", "位置": "-2+3"}
    assert clerk.post("/assets/new", **form).status_code == 303
    answer = clerk.get("/assets/export.xlsx")
    book = load_workbook(io.BytesIO(answer.data))
    cells = [cell for row in book.worksheets[0].iter_rows(min_row=2) for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert "'=1+1" in [cell.value for cell in cells]


def test_a_file_is_sent_looked_through_and_brought_in_on_the_page(house: Gatehouse, manager: Staff) -> None:
    headings = ("楼栋", "单元", "房号", "姓名")
    faulty = send(manager, as_csv(headings, [["1", "1", "101", ""], ["1", "1", "", "王芳"]]))
    run_jobs(house.platform)
    page = manager.read(faulty)
    assert "第 3 行 · 房号" in page and "确认导入" not in page
    right = send(manager, as_csv(headings, [["1", "1", "101", "王芳"]]))
    assert 'hx-trigger="every 1s"' in manager.read(right)
    run_jobs(house.platform)
    assert "检查通过" in manager.read(f"{right}/progress")
    assert manager.post(f"{right}/go").status_code == 303
    run_jobs(house.platform)
    page = manager.read(right)
    assert "已导入" in page and "hx-trigger" not in page
    assert "王芳" in manager.read("/residents")
    assert "已导入" in manager.read("/imports")


def send(staff: Staff, body: bytes, register: str = "residents") -> str:
    form = {"register": register, "csrf_token": staff.token(), "file": (io.BytesIO(body), "住户.csv")}
    answer = staff.client.post("/imports", data=form, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def test_a_file_that_is_too_large_is_refused_calmly(manager: Staff) -> None:
    form = {"register": "residents", "csrf_token": manager.token(), "file": (io.BytesIO(b"x" * 6_000_000), "a.csv")}
    assert manager.client.post("/imports", data=form, content_type="multipart/form-data").status_code == 413


@pytest.mark.parametrize("register", ["residents", "employees", "assets"])
def test_a_template_has_every_column(manager: Staff, register: str) -> None:
    [headings] = sheet(manager.get(f"/imports/templates/{register}.xlsx"))
    assert any(heading.endswith(" *") for heading in headings) and len(headings) >= 6
    assert manager.get("/imports/templates/other.xlsx").status_code == 422


def test_a_guard_has_no_registers_and_a_clerk_no_import(house: Gatehouse, portal: Flask, clerk: Staff) -> None:
    guard = logged_in(portal, house.hire("guard", Role.GUARD))
    assert [guard.get(address).status_code for address in ("/registers", "/residents", "/imports")] == [403] * 3
    assert clerk.get("/imports").status_code == 403
    assert "导入" not in clerk.read("/residents").split("<main")[1].split("</nav>")[0]


def test_whoever_was_registered_before_the_search_is_indexed_once(house: Gatehouse, manager: Staff) -> None:
    with house.work() as work:
        work.session.execute(text("UPDATE person SET search_tokens = '{}'"))
    assert "没有找到" in manager.read("/registers?q=wxm")
    for expected in (1, 0):
        with house.work() as work:
            assert people.index_some(work, house.platform.crypto, house.within, 500) == expected
    assert "王小明" in manager.read("/registers?q=wxm")


def test_zones_perimeter_and_doors_are_registered_and_what_lacks_protection_is_marked(
    house: Gatehouse, clerk: Staff
) -> None:
    assert clerk.post("/places/zone/new", 名称="监控中心", 类别="安防管理中心", 所在楼栋="3幢").status_code == 303
    assert "名称已被使用" in clerk.post("/places/zone/new", 名称="监控中心", 类别="广场").get_data(as_text=True)
    assert "不能为空" in clerk.post("/places/zone/new", 名称="空").get_data(as_text=True)
    wall = {"名称": "北墙", "类别": "围墙", "长度": "120"}
    assert "大于零的长度" in clerk.post("/places/boundary_segment/new", **wall).get_data(as_text=True)
    assert clerk.post("/places/boundary_segment/new", **wall, 高度="220").status_code == 303
    guarded = {"名称": "河道", "类别": "水域", "长度": "80", "视频侦测": "是"}
    assert clerk.post("/places/boundary_segment/new", **guarded).status_code == 303
    assert clerk.post("/places/door/new", 名称="2单元门", 所在单元="3幢2单元").status_code == 303
    assert "只选择一处" in clerk.post("/places/door/new", 名称="无处").get_data(as_text=True)
    assert clerk.post("/places/window/new", 名称="窗").status_code == 404
    page = clerk.read("/places?kind=zone") + clerk.read("/places?kind=boundary_segment")
    page += clerk.read("/places?kind=door")
    for words in ("监控中心", "安防管理中心", "长 120 米", "高 220 厘米", "视频侦测", "3幢2单元"):
        assert words in page, words
    assert page.count("没有防护") == 1
    assert "河道" not in clerk.read("/places?kind=boundary_segment&text=北")


def test_a_place_is_changed_retired_and_restored_and_each_change_is_kept(house: Gatehouse, clerk: Staff) -> None:
    clerk.post("/places/zone/new", 名称="车棚", 类别="电瓶车停放处")
    address = link_to(clerk.read("/places?kind=zone"), "车棚")
    assert 'value="车棚"' in clerk.read(f"{address}/edit")
    assert clerk.post(f"{address}/edit", 名称="西车棚", 类别="电瓶车停放处", 所在楼栋="3幢").status_code == 303
    page = clerk.read(address)
    assert "车棚 → 西车棚" in page and "类别：" in page
    assert clerk.post(f"{address}/retire").status_code == 303
    assert "西车棚" not in clerk.read("/places?kind=zone")
    assert "西车棚" in clerk.read("/places?kind=zone&retired=1")
    assert clerk.post(f"{address}/restore").status_code == 303
    assert "西车棚" in clerk.read("/places?kind=zone")


def test_what_is_in_use_is_not_retired(house: Gatehouse, clerk: Staff) -> None:
    """A building where people live, a gate with its lanes."""
    for kind, name, why in (("building", "3幢", "在住住户"), ("gate", "东门", "东门出口")):
        address = link_to(clerk.read(f"/places?kind={kind}"), name)
        refused = clerk.post(f"{address}/retire")
        assert (refused.status_code, why in refused.get_data(as_text=True)) == (409, True)
    assert clerk.post("/places/gate/new", 名称="西门").status_code == 303
    assert "名称已被使用" in clerk.post("/places/gate/new", 名称="西门").get_data(as_text=True)
    assert clerk.post(f"{link_to(clerk.read('/places?kind=gate'), '西门')}/retire").status_code == 303


def test_rooms_are_listed_under_the_buildings_new_name_and_place(house: Gatehouse, clerk: Staff) -> None:
    clerk.post("/places/building/new", 名称="10幢")
    address = link_to(clerk.read("/places?kind=building"), "3幢")
    assert clerk.post(f"{address}/edit", 名称="12幢").status_code == 303
    assert "12幢2单元501" in clerk.read("/rooms")
    with house.platform.database.sessions() as session:
        keys = session.execute(text("SELECT sort_key FROM room ORDER BY number")).scalars().all()
    assert keys[0] == "0312幢032单元03501"


def test_the_office_says_whether_residents_cars_wait_for_it(house: Gatehouse, clerk: Staff) -> None:
    address = f"/places/sites/{house.community.site_id}/vehicles"
    assert "物业同意后才自动开闸" in clerk.read("/places?kind=gate")
    assert clerk.post(address, by_approval="0").status_code == 303
    assert "立即自动开闸" in clerk.read("/places?kind=gate")


def link_to(page: str, name: str) -> str:
    """The address of the row with this name."""
    return page.split(f"<b>{name}</b>")[0].rsplit('href="', 1)[1].split('"')[0]
