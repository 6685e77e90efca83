"""Numbers of identity documents as people write them. The number is checked, never looked up anywhere."""

import re
import unicodedata
from datetime import date
from enum import Enum

from backend.kernel.errors import Refusal

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_SEPARATORS = re.compile(r"[\s\-]")


class DocumentKind(Enum):
    """Which document a number is of; values are stored."""

    RESIDENT_CARD = "resident_card"
    HK_MACAO_PERMIT = "hk_macao_permit"
    TAIWAN_PERMIT = "taiwan_permit"
    PASSPORT = "passport"
    PERMANENT_RESIDENCE = "permanent_residence"


_FORMS = {
    DocumentKind.HK_MACAO_PERMIT: re.compile(r"[HM]\d{8}(\d{2})?"),
    DocumentKind.TAIWAN_PERMIT: re.compile(r"\d{8}(\d{2})?"),
    DocumentKind.PASSPORT: re.compile(r"[A-Z0-9]{5,17}"),
    DocumentKind.PERMANENT_RESIDENCE: re.compile(r"[A-Z]{3}\d{12}|9\d{16}[\dX]"),
}


class DocumentNumberInvalid(Refusal):
    code = "document_number_invalid"


def checked_number(kind: DocumentKind, text: str) -> str:
    """The normalised number. Raises DocumentNumberInvalid for what no such document bears."""
    number = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()
    right = _is_resident_number(number) if kind is DocumentKind.RESIDENT_CARD else _FORMS[kind].fullmatch(number)
    if not right:
        raise DocumentNumberInvalid
    return number


def _is_resident_number(number: str) -> bool:
    """GB 11643: eighteen places, a day that exists, and the check digit of ISO 7064 MOD 11-2."""
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", number) or not number.isascii():
        return False
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number[:17], strict=True))
    return born.year >= 1850 and _CHECK[total % 11] == number[17]


def born_on(resident_number: str) -> date:
    """The birthday in a checked number of a resident's identity card."""
    return date(int(resident_number[6:10]), int(resident_number[10:12]), int(resident_number[12:14]))
