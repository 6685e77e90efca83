"""Files as they come: other encodings, other programs, other intentions."""

import io
import zipfile
from datetime import date

import pytest
from openpyxl import Workbook

from backend.features.imports.errors import FileTooLarge, FileUnreadable, TooManyRows
from backend.features.imports.reading import MAX_BYTES, MAX_ROWS, read_table
from tests.builders.register_files import as_csv, as_workbook

HEADINGS = ("姓名 *", "手机号（选填）", "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_table_is_read_in_every_usual_encoding(encoding: str) -> None:
    table = read_table(as_csv(HEADINGS, [["王𠮷明", " 13800000001 ", "?"]], encoding))
    assert table.headings == ["姓名", "手机号"]
    assert table.lines[0].cells == {"姓名": "王𠮷明", "手机号": "13800000001"}


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_other_delimiters_are_seen(delimiter: str) -> None:
    table = read_table(f"姓名{delimiter}手机号\r\n王芳{delimiter}1\r\n".encode())
    assert table.lines[0].cells == {"姓名": "王芳", "手机号": "1"}


def test_rows_keep_their_spreadsheet_number_past_empty_ones() -> None:
    table = read_table("姓名\n\n王芳\n\n李静\n".encode())
    assert [line.row for line in table.lines] == [3, 5]


def test_a_workbook_gives_numbers_and_dates_as_people_see_them() -> None:
    book = Workbook()
    book.active.append(["手机号", "入住日期", "流动人口", "号码"])
    book.active.append([13800000001.0, date(2026, 3, 1), True, "'0123"])
    buffer = io.BytesIO()
    book.save(buffer)
    [line] = read_table(buffer.getvalue()).lines
    assert line.cells == {"手机号": "13800000001", "入住日期": "2026-03-01", "流动人口": "是", "号码": "0123"}


def test_a_formula_is_never_worked_out() -> None:
    body = as_workbook(("姓名", "手机号"), [["王芳", '=HYPERLINK("http://x","y")']])
    assert read_table(body).lines[0].cells["手机号"] == "", "Excel has not stored a value for it"


def _package(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, body in parts.items():
            package.writestr(name.replace("__", "/"), body)
    return buffer.getvalue()


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = _package(**{"[Content_Types].xml": b"<x/>", "xl__worksheets__sheet1.xml": b"0" * (65 * 1024 * 1024)})
    assert len(bomb) < 200_000
    with pytest.raises(FileTooLarge):
        read_table(bomb)


def test_entities_are_refused() -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha">]><x>&a;</x>'
    with pytest.raises(FileUnreadable):
        read_table(_package(**{"[Content_Types].xml": b"<x/>", "xl__workbook.xml": laughs}))


@pytest.mark.parametrize(
    "body",
    [
        b"PK\x03\x04",
        _package(a=b"not a workbook"),
        _package(**{"[Content_Types].xml": b"<Types/>", "xl__workbook.xml": b"<"}),
        b"a,b\n\0,1\n",
        b"\x80\xff\xff",
    ],
)
def test_what_is_no_table_is_refused_calmly(body: bytes) -> None:
    with pytest.raises(FileUnreadable):
        read_table(body)


def test_a_broken_workbook_is_refused_wherever_it_breaks() -> None:
    body = as_workbook(("姓名",), [["王芳"]])
    for cut in range(40, len(body), len(body) // 12):
        with pytest.raises(FileUnreadable):
            read_table(body[:cut])


def test_too_many_rows_and_bytes_are_refused() -> None:
    with pytest.raises(TooManyRows):
        read_table(as_csv(("姓名",), [["王芳"]] * (MAX_ROWS + 1)))
    with pytest.raises(FileTooLarge):
        read_table(b"x" * (MAX_BYTES + 1))


def test_macros_in_a_workbook_are_left_alone() -> None:
    buffer = io.BytesIO(as_workbook(("姓名",), [["王芳"]]))
    with zipfile.ZipFile(buffer, "a") as package:
        package.writestr("xl/vbaProject.bin", b"\xcc" * 64)
    assert read_table(buffer.getvalue()).lines[0].cells == {"姓名": "王芳"}
