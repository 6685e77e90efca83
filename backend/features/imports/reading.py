"""A table out of a file that somebody sends: CSV in UTF-8, UTF-16 or GB 18030, or an Excel workbook.

Nothing of a workbook is run: macros are never unpacked, a formula counts as the value that Excel last saw. What would
unpack to more than it may, declares entities, or is no such file at all, is refused before it is parsed.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook

from backend.features.imports.errors import FileTooLarge, FileUnreadable, NoRows, OldWorkbook, TooManyRows

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED_BYTES = 64 * 1024 * 1024
MAX_PARTS = 500
MAX_ROWS = 5000
MAX_COLUMNS = 60
MAX_CELL = 500
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",\t;"


@dataclass(frozen=True)
class Line:
    """One row as people typed it; `cells` has text without blanks around, and every heading."""

    row: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    headings: Sequence[str]
    lines: Sequence[Line]


def read_table(body: bytes) -> Table:
    """The first sheet. Raises FileTooLarge, FileUnreadable, OldWorkbook, TooManyRows, NoRows."""
    if len(body) > MAX_BYTES:
        raise FileTooLarge
    if body.startswith(_OLE):
        raise OldWorkbook
    rows = _workbook_rows(body) if body.startswith(_ZIP) else _text_rows(body)
    return _table(rows)


def _table(rows: Iterable[Sequence[str]]) -> Table:
    numbered = ((number, cells) for number, cells in enumerate(rows, start=1) if any(cells))
    _, first = next(numbered, (0, ()))
    headings = [_heading(cell) for cell in first]
    lines: list[Line] = []
    for number, cells in numbered:
        if len(lines) >= MAX_ROWS:
            raise TooManyRows(limit=MAX_ROWS)
        padded = [*cells, *[""] * (len(headings) - len(cells))]
        lines.append(Line(number, {h: c for h, c in zip(headings, padded, strict=False) if h}))
    if not lines:
        raise NoRows
    return Table([heading for heading in headings if heading], lines)


def _heading(cell: str) -> str:
    """手机号 * and 手机号（必填） are 手机号."""
    return cell.replace("（", "(").split("(")[0].strip(" *　:：")


def _text_rows(body: bytes) -> Iterator[list[str]]:
    text = _decoded(body)
    if "\0" in text:
        raise FileUnreadable
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield [_clean(cell) for cell in cells[:MAX_COLUMNS]]
    except csv.Error:
        raise FileUnreadable from None


def _decoded(body: bytes) -> str:
    """UTF-8 says of itself whether it is; what is not, comes from a Chinese Excel: GB 18030."""
    encodings = ("utf-16",) if body.startswith(_UTF16) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileUnreadable


def _workbook_rows(body: bytes) -> Iterator[list[str]]:
    _check_package(body)
    try:
        book = load_workbook(io.BytesIO(body), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # a file may lie about them
        for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True)):
            if number > 4 * MAX_ROWS:
                raise TooManyRows(limit=MAX_ROWS)
            yield [_clean(_written(cell)) for cell in cells]
    except (KeyError, ValueError, IndexError, TypeError, AttributeError, SyntaxError, OSError, zipfile.BadZipFile):
        # openpyxl has no error of its own: a broken part shows as whatever its parser stumbled over.
        raise FileUnreadable from None


def _check_package(body: bytes) -> None:
    """Declared sizes are held to by `zipfile` when it unpacks, so they may be believed here."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            parts = package.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
                raise FileTooLarge
            if "[Content_Types].xml" not in package.namelist():
                raise FileUnreadable
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and _declares_entities(package, part):
                    raise FileUnreadable
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise FileUnreadable from None


def _declares_entities(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    with package.open(part) as file:
        return b"<!DOCTYPE" in file.read(4096)


def _written(value: Any) -> str:
    """As the cell shows it: a phone number that Excel took for a number has no point and no exponent."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _clean(text: str) -> str:
    """An apostrophe in front is how our own export and Excel's users mark text."""
    return text.strip().lstrip("'")[:MAX_CELL]
