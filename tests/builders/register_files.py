"""Files as a property office sends them; nobody in them exists, and their region code is none."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook

RESIDENT_HEADINGS = (
    *("楼栋", "单元", "房号", "姓名", "手机号", "住户类型", "证件类型", "证件号码"),
    *("户籍地址", "入住日期", "流动人口", "居住到期日", "车牌号"),
)
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红飞鑫波斌莉"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def card_number(number: int) -> str:
    """A card number with a right check digit, different for each of a hundred thousand."""
    body = f"990101{1950 + number % 50}{number // 50 % 12 + 1:02}{number // 600 % 28 + 1:02}{number // 16800 % 1000:03}"
    return body + "10X98765432"[sum(w * int(d) for w, d in zip(_WEIGHTS, body, strict=True)) % 11]


def name_of(number: int) -> str:
    """Different surnames and given names, each now and then again."""
    return SURNAMES[number % 32] + GIVEN[number // 32 % 32] + GIVEN[number * 7 // 32 % 32]


def resident_rows(count: int, *, first: int = 0) -> list[list[str]]:
    """Two residents a room, ten rooms a unit of a building's two; every third home has a car."""
    rows = []
    for number in range(first, first + count):
        home = number // 2
        owner = number % 2 == 0
        rows.append(
            [
                *(str(home // 20 + 1), str(home // 10 % 2 + 1), f"{home % 10 // 2 + 1}0{home % 2 + 1}"),
                *(name_of(number), f"139{number:08}", "业主" if owner else "家人", "居民身份证", card_number(number)),
                *("江苏省某市某区", "2021-05-01", "否", ""),
                f"苏B{home:05}" if owner and home % 3 == 0 else "",
            ]
        )
    return rows


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[Any]], encoding: str = "utf-8-sig") -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(headings)
    writer.writerows(rows)
    return buffer.getvalue().encode(encoding)


def as_workbook(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("住户")
    sheet.append(list(headings))
    for row in rows:
        sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
