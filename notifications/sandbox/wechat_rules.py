"""Which values WeChat takes in a subscribe message, told apart from the product's own table on purpose."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from notifications.catalogue import CATALOGUE

# The templates that the mini-program has chosen, each with its keys.
FILED: Mapping[str, frozenset[str]] = MappingProxyType(
    {entry.wechat.template_id: frozenset(entry.wechat.fields) for entry in CATALOGUE.values() if entry.wechat}
)
_CJK = re.compile(r"[\u4e00-\u9fff]")
_TIME = re.compile(r"(\d{4}([年/-])\d{1,2}([月/-])\d{1,2}日?)? ?(\d{1,2}:\d{2}(:\d{2})?)?")


def _is_name(value: str) -> bool:
    return len(value) <= (10 if _CJK.search(value) else 20)


def _is_time(value: str) -> bool:
    return all(part and _TIME.fullmatch(part) for part in value.split("~"))


def _is_amount(value: str) -> bool:
    digits = value.lstrip("¥￥$€£").rstrip("元").replace(".", "", 1)
    return digits.isdigit() and len(digits) <= 12


_ACCEPTS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "thing": lambda value: len(value) <= 20 and "\n" not in value,
        "number": lambda value: len(value) <= 32 and value.replace(".", "", 1).isdigit(),
        "letter": lambda value: len(value) <= 32 and value.isascii() and value.isalpha(),
        "symbol": lambda value: len(value) <= 5 and not any(c.isalnum() for c in value),
        "character_string": lambda value: len(value) <= 32 and value.isascii(),
        "time": _is_time,
        "date": _is_time,
        "amount": _is_amount,
        "phone_number": lambda value: len(value) <= 17 and set(value) <= set("0123456789+- "),
        "car_number": lambda value: len(value) <= 8 and value.isalnum(),
        "name": _is_name,
        "phrase": lambda value: len(value) <= 5 and len(_CJK.findall(value)) == len(value),
    }
)


def invalid_key(template_id: str, data: object) -> str | None:
    """The first key of a filed template that is missing, empty or out of form; None where all are right."""
    for key in sorted(FILED[template_id]):
        entry = data.get(key) if isinstance(data, dict) else None
        value = entry.get("value") if isinstance(entry, dict) else None
        if not isinstance(value, str) or not value or not _ACCEPTS[key.rstrip("0123456789")](value):
            return key
    return None
