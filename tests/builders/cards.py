"""Specimens of second-generation identity cards: people who do not exist, in counties that do not exist.

Numbers carry a real province's code followed by `9999`, which GB/T 2260 gives to no county, and a right check digit.
The layout follows the card (85.6 × 54 mm); there is no hologram, and nothing could be mistaken for a document.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from recognition.documents.ethnic_groups import ETHNIC_GROUPS
from recognition.documents.number import check_digit

FONT: Final = Path(__file__).with_name("fonts") / "NotoSansSC-Regular-cards.otf"
PX_PER_MM: Final = 16
SIZE_MM: Final = (85.6, 54.0)
_LABEL_INK: Final = (58, 110, 165)
_INK: Final = (28, 28, 30)
_ADDRESS_LINE: Final = 11
_BIRTHS: Final = (date(1935, 1, 1), 31_000)
"""The earliest birth, and how many days later the last one."""
_ISSUED_BY: Final = date(2025, 12, 31)

_PROVINCES: Final = {
    "11": "北京市", "12": "天津市", "13": "河北省", "21": "辽宁省", "31": "上海市", "32": "江苏省", "33": "浙江省",
    "34": "安徽省", "35": "福建省", "37": "山东省", "42": "湖北省", "44": "广东省", "45": "广西壮族自治区",
    "51": "四川省", "53": "云南省", "54": "西藏自治区", "61": "陕西省", "62": "甘肃省", "65": "新疆维吾尔自治区",
}  # fmt: skip
_SURNAMES: Final = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹章苏潘葛范彭鲁韦马苗方俞任袁柳薛雷"
)
_GIVEN: Final = (
    "伟芳秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰红玉珍梅文辉力斌飞鹏建国志梓涵子轩浩宇雨欣诗琪怡然博睿瑞"
    "思源嘉俊熙鑫淼翀喆珺瑄璇玥琬瑾一丁卜"
)
_DOUBLE_SURNAMES: Final = ("欧阳", "司马", "诸葛", "慕容", "上官")
_TRANSCRIBED: Final = ("阿卜杜拉", "买合木提", "古丽尼加", "吾布力", "艾山江", "吐尔逊", "迪丽达娅", "孜万古丽")
_PLACES: Final = (
    "朝阳和平建设解放胜利光明长青松柏桃李杏梅兰竹菊荷塘泉石桥渡沙洲坪岭岗丘岩谷川滩湾枫杨槐榆桑禾稻福禄寿喜兴旺昌盛"
)


@dataclass(frozen=True, slots=True)
class Card:
    """What both sides of one specimen say; `valid_until` None means for life."""

    name: str
    sex: str
    ethnic_group: str
    born_on: date
    address: str
    number: str
    authority: str
    valid_from: date
    valid_until: date | None


def a_card(seed: int) -> Card:
    """The same nobody for the same seed."""
    random = np.random.default_rng([20261123, seed])
    earliest, days = _BIRTHS
    born_on = earliest + timedelta(days=int(random.integers(days)))
    province = _any_of(random, list(_PROVINCES))
    ethnic_group = "汉" if random.random() < 0.4 else _any_of(random, ETHNIC_GROUPS)
    sequence = int(random.integers(1, 999))
    body = f"{province}9999{born_on:%Y%m%d}{sequence:03d}"
    valid_from = _issued_on(born_on, random)
    branch = _any_of(random, ["", "", f"{_word(random, _PLACES, 2)}分局"])
    return Card(
        name=_name(random, ethnic_group),
        sex="男" if sequence % 2 else "女",
        ethnic_group=ethnic_group,
        born_on=born_on,
        address=_address(random, _PROVINCES[province]),
        number=body + check_digit(body),
        authority=f"{_word(random, _PLACES, 2)}{_any_of(random, '市县')}公安局{branch}",
        valid_from=valid_from,
        valid_until=_valid_until(born_on, valid_from),
    )


def _any_of(random: np.random.Generator, choices: Sequence[str]) -> str:
    return choices[int(random.integers(len(choices)))]


def _word(random: np.random.Generator, characters: str, length: int) -> str:
    return "".join(_any_of(random, characters) for _ in range(length))


def _name(random: np.random.Generator, ethnic_group: str) -> str:
    if ethnic_group in ("维吾尔", "哈萨克", "柯尔克孜", "塔吉克", "乌孜别克", "塔塔尔"):
        return f"{_any_of(random, _TRANSCRIBED)}·{_any_of(random, _TRANSCRIBED)}"
    surname = _any_of(random, _DOUBLE_SURNAMES) if random.random() < 0.1 else _any_of(random, _SURNAMES)
    return surname + _word(random, _GIVEN, int(random.choice([1, 2, 2, 2])))


def _address(random: np.random.Generator, province: str) -> str:
    """Of one to three lines, in a city called Specimen and a district called Fiction."""
    start = f"{province}样张市虚构{_any_of(random, '区县')}"
    place = _word(random, _PLACES, 2)
    number = int(random.integers(1, 2000))
    if random.random() < 0.3:
        return f"{start}{place}乡{_word(random, _PLACES, 2)}村{int(random.integers(1, 20))}组{number}号"
    room = f"{int(random.integers(1, 40))}幢{int(random.integers(1, 5))}单元{int(random.integers(101, 2999))}室"
    tail = "" if random.random() < 0.3 else f"{_word(random, _PLACES, 2)}花园{room}"
    return f"{start}{place}路{number}号{tail}"


def _issued_on(born_on: date, random: np.random.Generator) -> date:
    """A day of the last twenty years on which the holder was alive."""
    earliest = max(born_on + timedelta(days=60), date(2006, 1, 1))
    issued_on = earliest + timedelta(days=int(random.integers((_ISSUED_BY - earliest).days)))
    return issued_on.replace(day=min(issued_on.day, 28))


def _valid_until(born_on: date, valid_from: date) -> date | None:
    """As the Identity Card Law, article 5, has it for the holder's age on the day of issue."""
    had_birthday = (valid_from.month, valid_from.day) >= (born_on.month, born_on.day)
    age = valid_from.year - born_on.year - (not had_birthday)
    years = 5 if age < 16 else 10 if age < 26 else 20 if age < 46 else None
    return valid_from.replace(year=valid_from.year + years) if years else None


def front_of(card: Card) -> Image.Image:
    """The side with the portrait, sixteen pixels a millimetre."""
    picture = _blank(seed=1)
    _portrait(picture)
    born = card.born_on
    _write(picture, (5.0, 8.4), "姓 名", 2.7, _LABEL_INK)
    _write(picture, (15.6, 8.4), card.name, 3.5, _INK, spacing_mm=0.3)
    _write(picture, (5.0, 14.9), "性 别", 2.7, _LABEL_INK)
    _write(picture, (15.6, 14.9), card.sex, 3.1, _INK)
    _write(picture, (24.2, 14.9), "民 族", 2.7, _LABEL_INK)
    _write(picture, (33.6, 14.9), card.ethnic_group, 3.1, _INK)
    _write(picture, (5.0, 21.4), "出 生", 2.7, _LABEL_INK)
    for x_mm, text, ink in _birth_parts(born):
        _write(picture, (x_mm, 21.4), text, 3.0 if ink is _INK else 2.7, ink)
    _write(picture, (5.0, 28.2), "住 址", 2.7, _LABEL_INK)
    for row, line in enumerate(_lines(card.address)):
        _write(picture, (15.6, 28.2 + 4.7 * row), line, 3.1, _INK)
    _write(picture, (5.0, 47.4), "公民身份号码", 2.7, _LABEL_INK)
    _write(picture, (28.6, 47.4), card.number, 3.7, _INK, spacing_mm=0.55)
    return picture


def back_of(card: Card) -> Image.Image:
    """The side with the emblem's place, which stays an empty ring on a specimen."""
    picture = _blank(seed=2)
    draw = ImageDraw.Draw(picture)
    box = [round(mm * PX_PER_MM) for mm in (6.5, 5.5, 20.5, 19.5)]
    draw.ellipse(box, fill=(226, 150, 140), outline=(190, 60, 50), width=12)
    _write(picture, (29.0, 10.0), "中华人民共和国", 5.0, (40, 40, 44), spacing_mm=1.8)
    _write(picture, (29.0, 19.0), "居民身份证", 7.4, (40, 40, 44), spacing_mm=2.2)
    _write(picture, (19.0, 39.6), "签发机关", 2.9, (40, 40, 44))
    _write(picture, (35.0, 39.6), card.authority, 3.1, _INK)
    _write(picture, (19.0, 47.2), "有效期限", 2.9, (40, 40, 44))
    until = f"{card.valid_until:%Y.%m.%d}" if card.valid_until else "长期"
    _write(picture, (35.0, 47.2), f"{card.valid_from:%Y.%m.%d}-{until}", 3.1, _INK)
    return picture


def _birth_parts(born_on: date) -> list[tuple[float, str, tuple[int, int, int]]]:
    return [
        (15.6, str(born_on.year), _INK),
        (23.6, "年", _LABEL_INK),
        (28.2, str(born_on.month), _INK),
        (32.4, "月", _LABEL_INK),
        (36.6, str(born_on.day), _INK),
        (41.0, "日", _LABEL_INK),
    ]


def _lines(address: str) -> list[str]:
    """Eleven characters a line, two digits counting as one, as the card is printed."""
    lines, width = [""], 0.0
    for character in address:
        own = 0.55 if character.isascii() else 1.0
        if width + own > _ADDRESS_LINE:
            lines, width = [*lines, ""], 0.0
        lines[-1] += character
        width += own
    return lines


@cache
def _ground(seed: int) -> Image.Image:
    """Pale paper running from pink to blue under fine wavy lines, as the card's ground is printed."""
    width, height = (round(mm * PX_PER_MM) for mm in SIZE_MM)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    wave = np.sin((y + 22 * np.sin(x / 90 + seed) + 11 * np.sin(x / 37)) / 4.5)
    shade = 7 * wave[:, :, None] * np.array([1.0, 0.7, 0.4], np.float32)
    blend = (x / width)[:, :, None]
    paper = np.array([236, 226, 228], np.float32) * (1 - blend) + np.array([216, 230, 240], np.float32) * blend
    return Image.fromarray(np.clip(paper + shade, 0, 255).astype(np.uint8))


def _blank(seed: int) -> Image.Image:
    return _ground(seed).copy()


def _portrait(picture: Image.Image) -> None:
    """Head and shoulders of nobody, in the printed portrait's place."""
    face = Image.new("RGB", (255 * PX_PER_MM // 10, 33 * PX_PER_MM), (232, 236, 240))
    draw = ImageDraw.Draw(face)

    def box(*mm: float) -> list[int]:
        return [round(value * PX_PER_MM) for value in mm]

    draw.ellipse(box(2.0, 23.0, 23.5, 50.0), fill=(70, 80, 96))
    draw.ellipse(box(7.0, 6.0, 18.5, 23.0), fill=(206, 178, 160))
    draw.pieslice(box(6.5, 4.0, 19.0, 20.0), 180, 360, fill=(40, 36, 34))
    picture.paste(face, (55 * PX_PER_MM, 8 * PX_PER_MM))


@cache
def _font(size_mm: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, round(size_mm * PX_PER_MM))


def _write(
    picture: Image.Image,
    at_mm: tuple[float, float],
    text: str,
    size_mm: float,
    ink: tuple[int, int, int],
    *,
    spacing_mm: float = 0.0,
) -> None:
    """Characters one by one from `at_mm`, the left end of the line's middle."""
    draw, font = ImageDraw.Draw(picture), _font(size_mm)
    x, y = (mm * PX_PER_MM for mm in at_mm)
    for character in text:
        draw.text((x, y), character, fill=ink, font=font, anchor="lm")
        x += font.getlength(character) + spacing_mm * PX_PER_MM


def page_of(*lines: str) -> Image.Image:
    """White paper of a card's size with lines of print: another paper, or none at all."""
    picture = Image.new("RGB", front_of(a_card(0)).size, "white")
    for row, line in enumerate(lines):
        _write(picture, (6.0, 8.0 + 9.0 * row), line, 3.6, _INK)
    return picture
