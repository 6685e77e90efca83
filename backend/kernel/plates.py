"""Number plates as people write them. What a plate may look like on a photo is `recognition`'s business."""

import re
import unicodedata

from backend.kernel.errors import Refusal

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
"""The first character of a civil plate says which province registered it."""

_PLATE = re.compile(
    rf"[{PROVINCES}][A-HJ-Z]"
    r"[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9学警港澳挂使领]"
    rf"|[{PROVINCES}][A-HJ-Z][A-Z0-9]{{3}}应急"
    rf"|WJ[{PROVINCES}]?[0-9]{{4}}[0-9A-Z]"
    r"|[A-Z]{2}[0-9]{5}"
)
_SEPARATORS = re.compile(r"[\s·.•・\-]")


class ImplausiblePlate(Refusal):
    code = "plate_implausible"


def normalise_plate(text: str) -> str:
    """苏a·12 345 → 苏A12345: full-width letters folded, separators dropped, upper case."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()


def checked_plate(text: str) -> str:
    """The normalised plate. Raises ImplausiblePlate for what no Chinese plate looks like."""
    plate = normalise_plate(text)
    if not _PLATE.fullmatch(plate):
        raise ImplausiblePlate
    return plate
