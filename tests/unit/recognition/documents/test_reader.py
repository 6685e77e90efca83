"""The real engine on a handful of rendered specimens; `make accuracy-documents` reads many."""

import gc
import io
import logging
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from PIL import Image

from recognition.contracts import (
    CardBack,
    CardField,
    CardFlag,
    CardFront,
    CardSide,
    DocumentRefused,
    FieldStatus,
    Sex,
    Validity,
)
from recognition.documents import default_reader, read_identity_card
from recognition.documents.layout import Line, Row
from recognition.documents.prints import BackPrint, FrontPrint
from recognition.documents.reader import OnnxCardReader
from recognition.images import ImageRefused, decode
from tests.builders.cards import PX_PER_MM, SIZE_MM, Card, a_card, back_of, front_of, page_of
from tests.builders.scenes import gate_scene
from tests.builders.shots import Shot, photo_of, random_shot

_OF_A_CARD: Final = (CardFront, CardBack, CardField, FrontPrint, BackPrint, Row, Line)
TODAY: Final = date(2026, 11, 23)
CARD: Final = a_card(5)


def front(data: bytes) -> CardFront:
    card = read_identity_card(data, TODAY, CardSide.FRONT)
    assert isinstance(card, CardFront)
    return card


def back(data: bytes) -> CardBack:
    card = read_identity_card(data, TODAY, CardSide.BACK)
    assert isinstance(card, CardBack)
    return card


def code_of(data: bytes, side: CardSide | None = None) -> str:
    with pytest.raises(DocumentRefused) as refusal:
        read_identity_card(data, TODAY, side)
    return refusal.value.code


def says(card: CardFront, truth: Card) -> bool:
    sex = Sex.MALE if truth.sex == "男" else Sex.FEMALE
    expected = (truth.name, sex, truth.ethnic_group, truth.born_on, truth.address, truth.number)
    fields: tuple[CardField[Any], ...] = (
        card.name, card.sex, card.ethnic_group, card.born_on, card.address, card.number,
    )  # fmt: skip
    return tuple(field.value for field in fields) == expected


def test_every_field_of_a_good_photo_is_read_and_sure() -> None:
    card = front(photo_of(front_of(CARD), Shot()))
    assert says(card, CARD)
    fields = (card.name, card.sex, card.ethnic_group, card.born_on, card.address, card.number)
    assert {field.status for field in fields} == {FieldStatus.SURE}
    assert min(field.confidence_0_1 for field in fields) >= 0.9
    assert (card.engine, "PP-OCRv6" in card.engine_version) == ("ppocr-onnx-cards", True)


@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
def test_a_photo_may_be_turned_any_way(quarter_turns: int) -> None:
    truth = a_card(20 + quarter_turns)
    shot = Shot(quarter_turns=quarter_turns, turn_degrees=13 - 9 * quarter_turns, tilt=0.02)
    assert says(front(photo_of(front_of(truth), shot)), truth)


def test_both_sides_are_read_from_poor_photos() -> None:
    seed = 31
    truth = a_card(seed)
    assert says(front(photo_of(front_of(truth), random_shot(seed))), truth)
    read = back(photo_of(back_of(truth), random_shot(seed + 1)))
    assert read.authority.value == truth.authority
    assert read.validity.value == Validity(truth.valid_from, truth.valid_until)


def test_a_scan_that_is_nothing_but_the_card_is_read() -> None:
    output = io.BytesIO()
    front_of(CARD).resize((1012, 638), Image.Resampling.LANCZOS).save(output, "PNG")
    assert says(front(output.getvalue()), CARD)


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "古丽尼加·阿卜杜拉", "ethnic_group": "维吾尔"},
        {"name": "欧阳子涵", "ethnic_group": "柯尔克孜"},
        {"name": "卜鑫", "ethnic_group": "仫佬"},
    ],
)
def test_names_and_ethnic_groups_of_one_to_nine_characters_are_read(changed: dict[str, str]) -> None:
    truth = replace(CARD, **changed)  # type: ignore[arg-type]
    assert says(front(photo_of(front_of(truth), Shot(width_px=800, turn_degrees=4))), truth)


def test_an_address_of_four_lines_is_read_to_its_end() -> None:
    address = "新疆维吾尔自治区样张市虚构县朝阳路1288号解放花园西区二期15幢2单元1701室"
    truth = replace(CARD, address=address)
    assert front(photo_of(front_of(truth), Shot(turn_degrees=-6))).address.value == address


def test_a_printed_sex_that_contradicts_the_number_is_flagged_and_not_hidden() -> None:
    other = "男" if CARD.sex == "女" else "女"
    card = front(photo_of(front_of(replace(CARD, sex=other)), Shot()))
    assert (card.sex.printed, card.sex.status) == (other, FieldStatus.DOUBTFUL)
    assert card.number.status is FieldStatus.DOUBTFUL


def test_a_number_with_one_digit_altered_is_never_sure() -> None:
    altered = CARD.number[:-4] + str((int(CARD.number[-4]) + 1) % 10) + CARD.number[-3:]
    number = front(photo_of(front_of(replace(CARD, number=altered)), Shot())).number
    assert (number.value, number.status) == (altered, FieldStatus.DOUBTFUL)


def test_a_hidden_first_character_of_a_name_leaves_it_doubtful() -> None:
    picture = front_of(CARD)
    first_character, bare = ([round(mm * PX_PER_MM) for mm in (x_mm, 6.0, x_mm + 3.6, 11.0)] for x_mm in (15.5, 35.0))
    picture.paste(picture.crop(tuple(bare)), first_character)
    name = front(photo_of(picture, Shot())).name
    assert (name.value, name.status, name.flags) == (CARD.name[1:], FieldStatus.DOUBTFUL, (CardFlag.INCOMPLETE,))


def test_of_a_sheet_with_both_sides_the_wanted_one_is_read() -> None:
    one, other = front_of(CARD), back_of(CARD)
    sheet = Image.new("RGB", (one.width + 400, 2 * one.height + 600), "white")
    sheet.paste(one, (200, 200))
    sheet.paste(other, (200, one.height + 400))
    output = io.BytesIO()
    sheet.resize((sheet.width // 2, sheet.height // 2), Image.Resampling.LANCZOS).save(output, "JPEG", quality=80)
    assert says(front(output.getvalue()), CARD)
    assert back(output.getvalue()).authority.value == CARD.authority


def test_photos_without_a_card_are_refused() -> None:
    width, height = SIZE_MM
    assert (
        code_of(photo_of(Image.new("RGB", (round(width * 16), round(height * 16)), "white"), Shot())) == "no_document"
    )
    assert code_of(gate_scene("皖A12345", seed=1)) == "no_document"


def test_other_papers_are_refused() -> None:
    poem = page_of("春朝不觉晓", "夜来风雨声", "白日依山尽", "黄河入海流")
    assert code_of(photo_of(poem, Shot())) == "not_an_identity_card"
    permit = page_of("中华人民共和国居住证", f"证号 {CARD.number}", "姓名 范本", "住址 江苏省样张市虚构区1号")
    assert code_of(photo_of(permit, Shot())) == "not_an_identity_card"


def test_a_photo_out_of_focus_is_refused() -> None:
    assert code_of(photo_of(front_of(CARD), Shot(blur_px=6))) == "too_blurred"


@pytest.mark.parametrize("shift_px", [(-350, 0), (350, 0), (0, 250)])
def test_a_card_that_is_partly_outside_the_photo_is_refused(shift_px: tuple[int, int]) -> None:
    assert code_of(photo_of(front_of(CARD), Shot(shift_px=shift_px))) == "cut_off"


def test_the_other_side_is_refused_where_one_is_asked_for() -> None:
    assert code_of(photo_of(back_of(CARD), Shot()), CardSide.FRONT) == "other_side"
    assert code_of(photo_of(front_of(CARD), Shot()), CardSide.BACK) == "other_side"


def test_what_is_no_picture_is_refused_as_such() -> None:
    with pytest.raises(ImageRefused):
        read_identity_card(b"GIF89a" + bytes(100), TODAY)


def test_threads_share_one_engine_and_agree() -> None:
    reader = OnnxCardReader(threads=1)
    assert not reader.state().loaded
    image = decode(photo_of(front_of(CARD), Shot(width_px=700)))
    with ThreadPoolExecutor(2) as pool:
        cards = list(pool.map(lambda _: reader.read(image, TODAY), range(2)))
    assert cards[0] == cards[1]
    assert (reader.state().loaded, reader.state().available) == (True, True)


@contextmanager
def files_opened_for_writing() -> Iterator[list[str]]:
    """Whatever this process opens for writing meanwhile, by the interpreter's own audit events."""
    seen: list[str] = []
    watching = [True]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if watching[0] and event == "open" and any(mark in str(arguments[1]) for mark in "wax+"):
            seen.append(str(arguments[0]))

    sys.addaudithook(hook)
    try:
        yield seen
    finally:
        watching[0] = False


def parts_of_cards() -> int:
    """How many values that can hold a person's data are alive."""
    gc.collect()
    return sum(isinstance(thing, _OF_A_CARD) for thing in gc.get_objects())


def test_nothing_of_a_card_is_written_logged_or_kept(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = photo_of(front_of(CARD), Shot())
    default_reader().read(decode(data), TODAY)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    held, before = sys.getrefcount(data), parts_of_cards()
    with caplog.at_level(logging.DEBUG), files_opened_for_writing() as written:
        card = front(data)
        shown = repr(card)
    assert says(card, CARD)
    del card
    assert sys.getrefcount(data) == held
    assert (written, list(tmp_path.iterdir())) == ([], [])
    told = caplog.text + "".join(capfd.readouterr()) + shown
    assert all(text not in told for text in (CARD.name, CARD.number, CARD.address, CARD.born_on.isoformat()))
    assert parts_of_cards() == before
