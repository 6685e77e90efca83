"""The value forms of WeChat subscribe messages, by the type that a template key begins with.

Source: WeChat's subscribe-message parameter table. A value outside its form costs the message (47003).
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from notifications.contracts import MessageInvalid

THING_MAX_CHARACTERS = 20

_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?"
_DAY = r"\d{4}(?:年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2})"
_INSTANT = rf"(?:{_DAY}(?: {_CLOCK})?|{_CLOCK})"
_SPAN = rf"{_INSTANT}(?:~{_INSTANT})?"

_FORMS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "thing": re.compile(rf".{{1,{THING_MAX_CHARACTERS}}}"),
        "number": re.compile(r"(?=.{1,32}\Z)\d+(?:\.\d+)?"),
        "letter": re.compile(r"[A-Za-z]{1,32}"),
        "symbol": re.compile(r"[^\w\s]{1,5}"),
        "character_string": re.compile(r"[\x21-\x7e]{1,32}"),
        "time": re.compile(_SPAN),
        "date": re.compile(_SPAN),
        "amount": re.compile(r"[¥￥$€£]?\d{1,10}(?:\.\d{1,2})?元?"),
        "phone_number": re.compile(r"[\d+\- ]{1,17}"),
        "car_number": re.compile(r"(?=.{1,8}\Z)[\u4e00-\u9fff]?[A-Za-z0-9]{1,7}[A-Za-z0-9\u4e00-\u9fff]?"),
        "name": re.compile(r"[\u4e00-\u9fff·]{1,10}|[A-Za-z .·]{1,20}"),
        "phrase": re.compile(r"[\u4e00-\u9fff]{1,5}"),
    }
)


def fit_value(key: str, value: str) -> str:
    """The value as WeChat takes it under `key` (such as `thing1`); raises MessageInvalid.

    Only free text is cut to fit: a shortened place still informs, a shortened time would lie.
    """
    kind = key.rstrip("0123456789")
    if kind == "thing" and len(value) > THING_MAX_CHARACTERS:
        value = value[: THING_MAX_CHARACTERS - 1] + "…"
    if not _FORMS[kind].fullmatch(value):
        raise MessageInvalid("wechat_value", key)
    return value
