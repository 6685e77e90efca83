"""Lists as Excel workbooks: written row by row to a temporary file, then streamed; nothing in them is a formula."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import IO, Any
from urllib.parse import quote

from flask import Response
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet.worksheet import Worksheet

from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.unit_of_work import Work
from backend.portals.shared.looks import LookPurpose

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK = 64 * 1024
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_text(value: str) -> str:
    """Text that stays text in every program: what would begin a formula gets an apostrophe, which imports take off."""
    return f"'{value}" if value.startswith(_STARTS_FORMULA) else value


def write_workbook(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> IO[bytes]:
    """An open temporary file at its begin; deleted when it is closed."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, heading) for heading in headings])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the response that sends it
    book.save(file)
    file.seek(0)
    return file


def _cell(sheet: Worksheet, value: Any) -> Any:
    if value is None or isinstance(value, int | date):
        return value
    cell = WriteOnlyCell(sheet, safe_text(str(value)))
    cell.data_type = "s"
    cell.number_format = "@"
    return cell


def send_workbook(file: IO[bytes], name: str) -> Response:
    """Starts after the transaction has ended, and holds no connection."""
    response = Response(_chunks(file), mimetype=XLSX, direct_passthrough=True)
    response.headers["Content-Disposition"] = f"attachment; filename=export.xlsx; filename*=UTF-8''{quote(name)}.xlsx"
    response.call_on_close(file.close)
    return response


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def record_export(work: Work, kind: str, count: int, clear: bool) -> None:
    """An export is one entry: how many rows, and whether whole numbers left the house with it."""
    work.record(
        f"{kind}.exported", Subject(kind, None), purpose=LookPurpose.REGISTER_CHECK.value, rows=count, in_clear=clear
    )
