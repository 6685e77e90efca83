"""From rows of print to what stands behind each label of a card; nothing is judged here. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median
from typing import Final

from recognition.documents.layout import Row
from recognition.documents.lines import Glyph, Span

_LOOKALIKES: Final = str.maketrans("OoQDlI|xх×", "0000111XXX")
"""Letters that stand for digits where only digits can stand; the multiplication sign and Cyrillic х for X."""
_NUMBER: Final = re.compile(r"[0-9]{11,}X?")
_BIRTH: Final = re.compile(r"[0-9]{4}年|出生|年[0-9]{1,2}月|月[0-9]{1,2}日")
_SEX_ROW: Final = re.compile(r"性别|民族|[男女]民|[男女].?族|^性|^.别")
_LATE: Final = 1.18
"""A value that starts this much further behind its label than others do has lost its first character."""
_GAP: Final = 1.65
"""Steps between neighbours, in median steps, from which a character is missing between them."""
_LONE_GAP: Final = 2.0
"""The same for a name, in steps of the address, which is printed smaller: short names have no median."""
_FRONT_LABELS: Final = ("姓名", "性别", "民族", "出生", "住址", "公民身份", "身份号码")
_OWN_LABEL: Final = re.compile(r"民族|公民身|身份号|[男女]民|[男女].?族")
_BACK_LABELS: Final = ("中华人民", "共和国", "居民身份证", "签发机关", "有效期限", "签发", "有效期")


@dataclass(frozen=True, slots=True)
class Print:
    """Characters as printed, and the probability of the weakest; nothing read is an empty text of probability 0."""

    text: str = field(repr=False)
    confidence_0_1: float
    characters: Span = field(repr=False, default=())
    """One for each of the text, with what else it could be."""
    is_incomplete: bool = False
    """Whether there is room for a character in it, or before it, where none was read."""


NOTHING: Final = Print("", 0.0)


@dataclass(frozen=True, slots=True)
class FrontPrint:
    """What stands behind the labels of the front."""

    name: Print = NOTHING
    sex: Print = NOTHING
    ethnic_group: Print = NOTHING
    born_on: Print = NOTHING
    address: Print = NOTHING
    number: Print = NOTHING


@dataclass(frozen=True, slots=True)
class BackPrint:
    """What stands behind the labels of the back."""

    authority: Print = NOTHING
    validity: Print = NOTHING


def front_likeness(rows: Sequence[Row]) -> int:
    """How many of the front's marks are among the rows: its labels, and twice for a number.

    At most one where neither of the two labels is there that other papers with a name and such a number lack.
    """
    texts = [_text(row.span) for row in rows]
    own = any(_OWN_LABEL.search(text) for text in texts)
    labels = sum(any(label in text for text in texts) for label in _FRONT_LABELS)
    marks = labels + 2 * any(_NUMBER.search(text.translate(_LOOKALIKES)) for text in texts)
    return marks if own else min(marks, 1)


def back_likeness(rows: Sequence[Row]) -> int:
    """How many of the back's marks are among the rows."""
    texts = [_text(row.span) for row in rows]
    return sum(any(label in text for text in texts) for label in _BACK_LABELS)


def front_print(rows: Sequence[Row]) -> FrontPrint:
    """The front's fields by their labels, and by their order where a label was misread."""
    places = _FrontPlaces.among(rows)
    sex, ethnic_group = _sex_and_ethnic_group(_row(rows, places.sex))
    name, address, late = _name(rows, places), _address(rows, places), _late_rows(rows, places)
    name_gap = 0 < _LONE_GAP * _usual_step(address.characters) < _widest_step(name.characters)
    return FrontPrint(
        name=replace(name, is_incomplete=name.is_incomplete or name_gap or places.name in late),
        sex=sex,
        ethnic_group=ethnic_group,
        born_on=_behind(_row(rows, places.birth), "出生"),
        address=replace(address, is_incomplete=address.is_incomplete or places.address in late),
        number=_number(_row(rows, places.number)),
    )


def back_print(rows: Sequence[Row]) -> BackPrint:
    """The back's fields; an authority of two lines runs on until the row of the validity."""
    texts = [_text(row.span) for row in rows]
    authority = _first(texts, lambda text: "签发" in text or "机关" in text)
    validity = _first(texts, lambda text: "有效" in text or "期限" in text)
    if validity is None:
        validity = _first(texts, lambda text: len(re.sub(r"[^0-9]", "", text)) >= 8)
    if authority is None:
        return BackPrint(validity=_behind(_row(rows, validity), "有效期限"))
    end = validity if validity is not None and validity > authority else authority + 1
    spans = [_value(rows[authority].span, "签发机关"), *(row.span for row in rows[authority + 1 : end])]
    return BackPrint(_paragraph(spans), _behind(_row(rows, validity), "有效期限"))


@dataclass(frozen=True, slots=True)
class _FrontPlaces:
    """In which row each field stands; None where no row looks like it."""

    name: int | None
    sex: int | None
    birth: int | None
    address: int | None
    number: int | None

    @classmethod
    def among(cls, rows: Sequence[Row]) -> "_FrontPlaces":
        texts = [_text(row.span) for row in rows]
        number = _first(texts, lambda text: bool(_NUMBER.search(text.translate(_LOOKALIKES))))
        sex = _first(texts, lambda text: bool(_SEX_ROW.search(text)))
        birth = _first(texts, lambda text: bool(_BIRTH.search(text)))
        address = _first(texts, lambda text: "住址" in text or text[:1] == "住" or text[1:2] == "址")
        name = _first(texts, lambda text: "姓名" in text or text[:1] == "姓" or text[1:2] == "名")
        if name is None and sex:
            name = sex - 1
        if address is None and birth is not None and birth + 1 != number and birth + 1 < len(rows):
            address = birth + 1
        return cls(name, sex, birth, address, number)


def _name(rows: Sequence[Row], places: _FrontPlaces) -> Print:
    """Behind its label, or in a row of its own beside it that slipped out of line."""
    if places.name is None:
        return NOTHING
    own = _value(rows[places.name].span, "姓名")
    taken = {places.sex, places.birth, places.address, places.number}
    for place in () if own else (places.name + 1, places.name - 1):
        if 0 <= place < len(rows) and place not in taken and not own:
            own = rows[place].span
    return _paragraph([own])


def _sex_and_ethnic_group(span: Span) -> tuple[Print, Print]:
    """Both stand in one row: 性别 男 民族 汉."""
    text = _text(span)
    sex = re.search(r"[男女]", text)
    label = re.search(r"民族|(?<=[男女])民.|(?<=[男女]).族|民|(?<=.)族", text)
    if label is None:
        return _printed(span[sex.start() : sex.end()] if sex else ()), NOTHING
    value = span[label.end() :]
    return _printed(span[sex.start() : sex.end()] if sex else ()), _printed(value)


def _address(rows: Sequence[Row], places: _FrontPlaces) -> Print:
    """From its label down to the number's row."""
    if places.address is None:
        return NOTHING
    end = places.number if places.number is not None and places.number > places.address else len(rows)
    label = re.compile(r"公民|身份|号码")
    below = [row.span for row in rows[places.address + 1 : end] if not label.search(_text(row.span))]
    return _paragraph([_value(rows[places.address].span, "住址"), *below])


def _late_rows(rows: Sequence[Row], places: _FrontPlaces) -> set[int | None]:
    """Of name, sex and address the rows whose value starts further right than another's: its start is hidden."""
    labels = ((places.name, "姓名"), (places.sex, "性别"), (places.address, "住址"))
    indents = {place: _indent(_row(rows, place), label) for place, label in labels}
    known = {place: indent for place, indent in indents.items() if indent}
    return {place for place, indent in known.items() if indent > _LATE * min(known.values())}


def _indent(span: Span, label: str) -> float | None:
    """How far behind the start of its label a value starts, in pixels; None where either was not read.

    The same for name, sex and address: a card prints all of them in one column.
    """
    start = _text(span).find(label)
    value = span[start + len(label) :]
    return value[0].place - span[start].place if start >= 0 and value else None


def _number(span: Span) -> Print:
    """The longest run of digits of its row."""
    runs = list(_NUMBER.finditer(_text(span).translate(_LOOKALIKES)))
    if not runs:
        return NOTHING
    run = max(runs, key=lambda run: run.end() - run.start())
    return Print(run.group(), _weakest(span[run.start() : run.end()]), span[run.start() : run.end()])


def _behind(span: Span, label: str) -> Print:
    return _printed(_value(span, label))


def _value(span: Span, label: str) -> Span:
    """What follows the label; of a misread label at the start of the row, one right character in its place counts."""
    text = _text(span)
    found = text.find(label)
    if found >= 0:
        return span[found + len(label) :]
    start = text[: len(label)]
    hits = sum(one == other for one, other in zip(start, label, strict=False))
    if hits:
        return span[len(label) :]
    lone = next((place for place, character in enumerate(text[:2]) if character in label), None)
    return span if lone is None else span[lone + 1 :]


def _row(rows: Sequence[Row], place: int | None) -> Span:
    return () if place is None else rows[place].span


def _first(texts: Sequence[str], looks_right: Callable[[str], bool]) -> int | None:
    return next((place for place, text in enumerate(texts) if looks_right(text)), None)


def _paragraph(spans: Sequence[Span]) -> Print:
    """Lines of one field, one below the other."""
    joined = tuple(character for span in spans for character in span)
    return replace(_printed(joined), is_incomplete=any(_has_a_gap(span) for span in spans))


def _has_a_gap(span: Span) -> bool:
    """Whether two neighbours stand so far apart that another fits between them."""
    return 0 < _GAP * _usual_step(span) < _widest_step(span)


def _usual_step(span: Span) -> float:
    """The median distance of neighbouring Chinese characters, in pixels; 0 for fewer than three."""
    steps = [after.place - before.place for before, after in pairwise(span) if _are_wide(before, after)]
    forward = [step for step in steps if step > 0]
    return median(forward) if len(forward) > 1 else 0.0


def _widest_step(span: Span) -> float:
    return max((after.place - before.place for before, after in pairwise(span)), default=0.0)


def _are_wide(*glyphs: Glyph) -> bool:
    return not any(glyph.text.isascii() for glyph in glyphs)


def _printed(span: Span) -> Print:
    return Print(_text(span), _weakest(span), span) if span else NOTHING


def _text(span: Span) -> str:
    """One character a reading, so that places in the text are places in the span."""
    return "".join(character.text[:1] for character in span)


def _weakest(span: Span) -> float:
    return min(character.probability_0_1 for character in span)
