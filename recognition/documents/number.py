"""The citizen identity number of GB 11643: what it says, and whether it can be one. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from recognition.contracts import Sex

LENGTH: Final = 18
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK: Final = "10X98765432"
_DIGITS: Final = frozenset("0123456789")
"""`str.isdigit` would take superscripts and the digits of other scripts."""

PROVINCES: Final = {
    "11": "北京市", "12": "天津市", "13": "河北省", "14": "山西省", "15": "内蒙古自治区",
    "21": "辽宁省", "22": "吉林省", "23": "黑龙江省",
    "31": "上海市", "32": "江苏省", "33": "浙江省", "34": "安徽省", "35": "福建省", "36": "江西省", "37": "山东省",
    "41": "河南省", "42": "湖北省", "43": "湖南省", "44": "广东省", "45": "广西壮族自治区", "46": "海南省",
    "50": "重庆市", "51": "四川省", "52": "贵州省", "53": "云南省", "54": "西藏自治区",
    "61": "陕西省", "62": "甘肃省", "63": "青海省", "64": "宁夏回族自治区", "65": "新疆维吾尔自治区",
    "71": "台湾省", "81": "香港特别行政区", "82": "澳门特别行政区", "83": "台湾居民",
}  # fmt: skip
"""GB/T 2260 by its first two digits; 81 to 83 begin the numbers of residence permits, 83 for Taiwan residents."""


class NumberRefused(ValueError):
    """A text that is no identity number; `code` says why. The message never holds the text."""

    kind = "invalid"

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What a valid number says of its holder."""

    province: str
    born_on: date
    sex: Sex


def check_digit(body: str) -> str:
    """The eighteenth character for seventeen digits, by ISO 7064 MOD 11-2: `0` to `9` or `X`."""
    return _CHECK[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, body, strict=True)) % 11]


def facts_of(number: str, today: date) -> NumberFacts:
    """What the number says; raises `NumberRefused` (`number_malformed`, `number_check_digit`, `number_region`,
    `number_birth`) where it cannot be a number of somebody born by `today`."""
    body, last = number[:-1], number[-1:]
    if len(number) != LENGTH or not _DIGITS.issuperset(body) or last not in _CHECK:
        raise NumberRefused("number_malformed")
    if check_digit(body) != last:
        raise NumberRefused("number_check_digit")
    if body[:2] not in PROVINCES:
        raise NumberRefused("number_region")
    return NumberFacts(PROVINCES[body[:2]], _born_on(body[6:14], today), Sex.of_sequence(int(body[16])))


def _born_on(digits: str, today: date) -> date:
    try:
        born_on = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise NumberRefused("number_birth") from None
    if not today.year - 150 <= born_on.year or born_on > today:
        raise NumberRefused("number_birth")
    return born_on
