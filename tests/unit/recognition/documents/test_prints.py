"""From lines of print to fields: order, labels, misread labels, gaps. No engine is needed."""

from dataclasses import replace

import pytest

from recognition.documents.layout import Line, levelled, on_its_head, rows_of
from recognition.documents.lines import Glyph
from recognition.documents.prints import FrontPrint, back_likeness, back_print, front_likeness, front_print
from recognition.plates.text_detection import TextBox

PX_PER_MM = 10
FRONT = (
    (5.0, 8.4, "姓名范例甲"),
    (5.0, 14.9, "性别男民族汉"),
    (5.0, 21.4, "出生1990年3月5日"),
    (5.0, 28.2, "住址江苏省样张市虚构区"),
    (15.6, 32.9, "朝阳路1号"),
    (5.0, 47.4, "公民身份号码"),
    (28.6, 47.4, "329999199003050012"),
)


def line(x_mm: float, y_mm: float, text: str, *, missing: str = "") -> Line:
    """As the card prints it: three millimetres a character, more in the name, values in one column; `missing` ones
    leave a gap."""
    places = [x_mm + 1.5 + 3.1 * n for n in range(len(text))]
    if text[:2] in ("姓名", "性别", "出生", "住址"):
        step = 3.8 if text.startswith("姓名") else 3.1
        places = places[:2] + [17.1 + step * n for n in range(len(text) - 2)]
    width = places[-1] + 1.5 - x_mm
    glyphs = [Glyph(one, 0.99, (at - x_mm) / width) for one, at in zip(text, places, strict=True) if one not in missing]
    box = TextBox((x_mm + width / 2) * PX_PER_MM, y_mm * PX_PER_MM, width * PX_PER_MM, 3.2 * PX_PER_MM, 0.0, 0.9)
    return Line(box, tuple(glyphs))


def read(*lines: tuple[float, float, str], missing: str = "") -> FrontPrint:
    return front_print(rows_of([line(*each, missing=missing) for each in lines]))


def test_each_field_stands_behind_its_label() -> None:
    printed = read(*FRONT)
    assert (printed.name.text, printed.sex.text, printed.ethnic_group.text) == ("范例甲", "男", "汉")
    assert (printed.born_on.text, printed.number.text) == ("1990年3月5日", "329999199003050012")
    assert printed.address.text == "江苏省样张市虚构区朝阳路1号"
    assert not (printed.name.is_incomplete or printed.address.is_incomplete)


def test_the_order_of_the_lines_does_not_matter() -> None:
    assert read(*FRONT[::-1]) == read(*FRONT[3:], *FRONT[:3]) == read(*FRONT)


def test_a_label_with_one_character_misread_still_counts() -> None:
    misread = [
        (x, y, text.replace("姓名", "姓各").replace("住址", "佳址").replace("出生", "出里")) for x, y, text in FRONT
    ]
    printed = read(*misread)
    assert (printed.name.text, printed.born_on.text) == ("范例甲", "1990年3月5日")
    assert printed.address.text == "江苏省样张市虚构区朝阳路1号"


def test_without_its_label_a_name_is_the_row_above_the_sex() -> None:
    assert read((15.6, 8.4, "范例甲"), *FRONT[1:]).name.text == "范例甲"


def test_letters_that_look_like_digits_are_digits_in_a_number() -> None:
    assert read(*FRONT[:-1], (28.6, 47.4, "32999919900305OOlx")).number.text.startswith("329999199003050")


@pytest.mark.parametrize(
    ("missing", "name", "address"), [("范", True, False), ("例", True, False), ("张", False, True)]
)
def test_a_gap_makes_a_field_incomplete(missing: str, name: bool, address: bool) -> None:
    printed = read(*FRONT, missing=missing)
    assert (printed.name.is_incomplete, printed.address.is_incomplete) == (name, address)


def test_a_lost_first_character_of_the_address_is_noticed() -> None:
    assert read(*FRONT, missing="江").address.is_incomplete


def test_nothing_is_made_up_where_nothing_stands() -> None:
    assert front_print([]) == FrontPrint()
    assert (front_likeness([]), back_likeness([])) == (0, 0)


def test_a_paper_without_the_cards_own_labels_is_no_front() -> None:
    licence = [(5.0, 8.0, "姓名范例"), (5.0, 16.0, "住址江苏省"), (5.0, 24.0, "证号329999199003050012")]
    assert front_likeness(rows_of([line(*each) for each in licence])) <= 1
    assert front_likeness(rows_of([line(*each) for each in FRONT])) >= 6


def test_an_authority_may_take_two_lines() -> None:
    lines = [
        (19.0, 39.6, "签发机关"), (35.0, 39.6, "样张市公安局"), (35.0, 43.0, "虚构分局"),
        (19.0, 47.2, "有效期限"), (35.0, 47.2, "2016.03.05-长期"),
    ]  # fmt: skip
    rows = rows_of([line(*each) for each in lines])
    printed = back_print(rows)
    assert (printed.authority.text, printed.validity.text) == ("样张市公安局虚构分局", "2016.03.05-长期")
    assert back_likeness(rows) >= 2


@pytest.mark.parametrize("angle", [0.0, 14.0, -14.0])
def test_boxes_of_a_turned_page_are_brought_level(angle: float) -> None:
    long, square = TextBox(100, 100, 200, 20, angle, 1.0), TextBox(300, 100, 22, 20, angle, 1.0)
    assert [box.angle for box in levelled([long, square])] == [angle, angle]
    upright = [replace(box, width=box.height, height=box.width) for box in (long, replace(long, centre_y=150))]
    assert {(box.width, box.height, box.angle) for box in levelled(upright)} == {(200, 20, angle + 90)}
    assert [box.angle for box in on_its_head([long])] == [angle + 180]
