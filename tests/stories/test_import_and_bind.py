"""The property office brings its register over, and a resident finds her home in it. All as `make run` starts it."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from tests.builders.register_files import RESIDENT_HEADINGS, as_workbook, resident_rows
from tests.drivers.browser import DESK, Screen, screen
from tests.drivers.installation import Installation

ROWS = 2000
PATIENCE_MS = 120_000
"""Two thousand rows twice over, on a machine that does other things too."""
HER_NAME, HER_NUMBER, HER_INITIALS = "欧阳静怡", "13655550123", "oyjy"
HER_ROW = 1234


def office_rows() -> list[list[str]]:
    rows = resident_rows(ROWS)
    rows[HER_ROW][3], rows[HER_ROW][4] = HER_NAME, HER_NUMBER
    return rows


@pytest.fixture(scope="module")
def manager(browser: Browser, installation: Installation) -> Iterator[Screen]:
    account = installation.staff("manager")
    with screen(browser, DESK) as person:
        person.log_in(installation.origin("property"), "manager", account["password"], account["totp"])
        yield person
        assert person.complaints == []


def send(page: Page, installation: Installation, path: Path) -> None:
    page.goto(f"{installation.origin('property')}/imports")
    page.get_by_label("导入什么").select_option("住户、房屋、车辆")
    page.get_by_label("文件").set_input_files(path)
    page.get_by_role("button", name="上传并检查").click()


def test_a_register_comes_over_and_a_resident_binds_to_it(
    installation: Installation, manager: Screen, tmp_path: Path
) -> None:
    page = manager.page
    _a_broken_row_is_named_and_nothing_is_written(page, installation, tmp_path)
    _the_mended_file_comes_in_whole(page, installation, tmp_path)
    _she_binds_to_her_home(page, installation)
    _she_is_found_by_her_initials(page, installation)
    _the_list_opens_in_a_spreadsheet(page, tmp_path)


def _a_broken_row_is_named_and_nothing_is_written(page: Page, installation: Installation, folder: Path) -> None:
    rows = office_rows()
    rows[777][4] = "1390000"
    (folder / "broken.xlsx").write_bytes(as_workbook(RESIDENT_HEADINGS, rows))
    send(page, installation, folder / "broken.xlsx")
    expect(page.get_by_text("有错误，未写入")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".faults li")).to_have_count(1)
    expect(page.locator(".faults")).to_contain_text("第 779 行 · 手机号")
    page.goto(f"{installation.origin('property')}/registers?q={HER_INITIALS}")
    expect(page.get_by_text("没有找到")).to_be_visible()


def _the_mended_file_comes_in_whole(page: Page, installation: Installation, folder: Path) -> None:
    (folder / "mended.xlsx").write_bytes(as_workbook(RESIDENT_HEADINGS, office_rows()))
    send(page, installation, folder / "mended.xlsx")
    expect(page.get_by_text("检查通过，待确认")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_text("已导入", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".counts")).to_contain_text(f"{ROWS} 新增")
    send(page, installation, folder / "mended.xlsx")
    expect(page.locator(".counts")).to_contain_text(f"{ROWS} 无变化", timeout=PATIENCE_MS)
    expect(page.locator(".counts")).to_contain_text("0 新增")


def _she_binds_to_her_home(page: Page, installation: Installation) -> None:
    phone = installation.phone("wx-ouyang", HER_NUMBER).log_in().share_number()
    building_name, unit_name, room_name = office_rows()[HER_ROW][:3]
    [site] = phone.get("/sites", query="安邻花园")["items"]
    buildings = phone.get(f"/sites/{site['id']}/buildings", limit=100)["items"]
    [building] = [one for one in buildings if one["name"] == f"{building_name}幢"]
    [unit] = [one for one in phone.get(f"/buildings/{building['id']}/units")["items"] if unit_name in one["name"]]
    [room] = [one for one in phone.get(f"/units/{unit['id']}/rooms")["items"] if one["name"] == room_name]
    assert phone.post("/bindings", {"room_id": room["id"]})["state"] == "pending"
    page.goto(f"{installation.origin('property')}/bindings")
    card = page.locator(".row-item", has_text=HER_NAME)
    card.get_by_role("button", name="通过").click()
    expect(card).to_have_count(0)
    assert phone.get("/bindings")["items"][0]["state"] == "approved"


def _she_is_found_by_her_initials(page: Page, installation: Installation) -> None:
    page.goto(f"{installation.origin('property')}/registers")
    page.get_by_role("searchbox").fill(HER_INITIALS)
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name=HER_NAME).click()
    expect(page.get_by_role("heading", name=HER_NAME)).to_be_visible()
    expect(page.get_by_text("136****0123").first).to_be_visible()
    expect(page.get_by_text("物业陈经理").first).to_be_visible()


def _the_list_opens_in_a_spreadsheet(page: Page, folder: Path) -> None:
    page.get_by_role("link", name="住户", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="导出 Excel").click()
    download.value.save_as(folder / "export.xlsx")
    book = load_workbook(io.BytesIO((folder / "export.xlsx").read_bytes()), read_only=True)
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert len(rows) >= ROWS
    [hers] = [row for row in rows if HER_NAME in row]
    assert "136****0123" in hers and HER_NUMBER not in hers
