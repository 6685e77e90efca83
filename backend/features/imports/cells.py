"""What people write into cells, and what of it is wrong. A fault's code has its sentence in `texts/faults.py`."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import TypeVar

from backend.features.imports.model import RowFault
from backend.features.imports.reading import Line
from backend.features.people import service as people
from backend.features.people.model import Document
from backend.kernel.errors import Refusal
from backend.kernel.identity_numbers import DocumentKind, checked_number

E = TypeVar("E", bound=Enum)
T = TypeVar("T")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?|(\d{4})(\d{2})(\d{2})")
YES = frozenset({"是", "有", "y", "yes", "1", "true", "合格", "通过"})
NO = frozenset({"否", "无", "n", "no", "0", "false", "不合格", "未通过"})
DOCUMENTS: Mapping[str, DocumentKind] = {
    "居民身份证": DocumentKind.RESIDENT_CARD,
    "身份证": DocumentKind.RESIDENT_CARD,
    "港澳居民来往内地通行证": DocumentKind.HK_MACAO_PERMIT,
    "港澳通行证": DocumentKind.HK_MACAO_PERMIT,
    "回乡证": DocumentKind.HK_MACAO_PERMIT,
    "台湾居民来往大陆通行证": DocumentKind.TAIWAN_PERMIT,
    "台胞证": DocumentKind.TAIWAN_PERMIT,
    "护照": DocumentKind.PASSPORT,
    "外国人永久居留身份证": DocumentKind.PERMANENT_RESIDENCE,
}
DOCUMENT_KIND, DOCUMENT_NUMBER = "证件类型", "证件号码"
NAME, PHONE = "姓名", "手机号"


@dataclass
class Cells:
    """Reads one line; every fault is noted, so that a file is mended in one go."""

    line: Line
    faults: list[RowFault] = field(default_factory=list)

    def fault(self, column: str, code: str, **facts: str | int) -> None:
        self.faults.append(RowFault(self.line.row, column, code, facts))

    def text(self, column: str, longest: int = 60) -> str:
        text = unicodedata.normalize("NFKC", self.line.cells.get(column, ""))
        if len(text) > longest:
            self.fault(column, "too_long", longest=longest)
            return ""
        if any(unicodedata.category(character) == "Cc" for character in text):
            self.fault(column, "not_text")
            return ""
        return text

    def required(self, column: str, longest: int = 60) -> str:
        text = self.text(column, longest)
        if not text and not any(fault.column == column for fault in self.faults):
            self.fault(column, "required")
        return text

    def parsed(self, column: str, parse: Callable[[str], T]) -> T | None:
        """None for an empty cell and for a wrong one, whose refusal is the fault."""
        text = self.text(column)
        try:
            return parse(text) if text else None
        except Refusal as refusal:
            self.fault(column, refusal.code)
            return None

    def name(self) -> str | None:
        if not self.required(NAME):
            return None
        return self.parsed(NAME, people.normalise_name)

    def phone(self) -> str | None:
        return self.parsed(PHONE, people.normalise_phone)

    def one_of(self, column: str, words: Mapping[str, E]) -> E | None:
        text = self.text(column)
        if text and text not in words:
            self.fault(column, "unknown_word", words="、".join(words))
        return words.get(text)

    def day(self, column: str) -> date | None:
        text = self.text(column)
        if not text:
            return None
        found = _DATE.fullmatch(text)
        try:
            year, month, day = (int(part) for part in found.groups() if part) if found else (0, 0, 0)
            return date(year, month, day)
        except ValueError:
            self.fault(column, "not_a_date")
            return None

    def yes_or_no(self, column: str) -> bool | None:
        text = self.text(column).lower()
        if text and text not in YES | NO:
            self.fault(column, "not_yes_or_no")
        return None if text not in YES | NO else text in YES

    def whole_number(self, column: str, most: int) -> int | None:
        text = self.text(column)
        if text and not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
            self.fault(column, "not_a_number", most=most)
            return None
        return int(text) if text else None

    def document(self) -> Document | None:
        """A number without a kind is of a resident's card, which nearly all are."""
        kind = self.one_of(DOCUMENT_KIND, DOCUMENTS) or DocumentKind.RESIDENT_CARD
        number = self.parsed(DOCUMENT_NUMBER, lambda text: checked_number(kind, text))
        return None if number is None else Document(kind, number)
