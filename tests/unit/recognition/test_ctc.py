"""The likeliest plate in a recogniser's output, on frames made by hand."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from recognition.contracts import PlateColour, PlateKind
from recognition.plates.ctc import PlateDecoder, PlateText
from recognition.plates.grammar import ALPHABET, PROVINCES, SERIAL

CHARACTERS = ["", *sorted({*ALPHABET, *"OoIil·合肥bd"})]
DECODER = PlateDecoder(CHARACTERS)
BLANK = ""


def frames(*steps: dict[str, float]) -> NDArray[np.float32]:
    """One frame for each step; what a step does not name shares the rest evenly."""
    rows = np.zeros((len(steps), len(CHARACTERS)), np.float32)
    for row, step in zip(rows, steps, strict=True):
        row += (1 - sum(step.values())) / len(CHARACTERS)
        for character, probability in step.items():
            row[CHARACTERS.index(character)] += probability
    return rows


def written(text: str, sureness: float = 0.98) -> list[dict[str, float]]:
    """A gap before and after each character, as a recogniser writes them."""
    gap = {BLANK: sureness}
    return [gap, *[step for character in text for step in ({character: sureness}, gap)]]


def decoded(steps: list[dict[str, float]], ground: PlateColour = PlateColour.BLUE) -> PlateText:
    text = DECODER.decode(frames(*steps), ground)
    assert text is not None
    return text


@given(st.sampled_from(PROVINCES), st.sampled_from("ABCDEFGHJK"), st.text(SERIAL, min_size=5, max_size=5))
def test_a_clearly_written_plate_is_read_as_written(province: str, office: str, serial: str) -> None:
    text = decoded(written(province + office + serial))
    assert text.text == province + office + serial
    assert text.confidence_0_1 > 0.9


def test_equal_neighbours_need_a_gap_between_them_and_are_both_read() -> None:
    assert decoded(written("皖A11166")).text == "皖A11166"


def test_one_long_character_is_not_read_twice() -> None:
    steps = written("皖A12345")
    long_one = steps[:5] + [{"1": 0.98}] * 4 + steps[6:]
    assert decoded(long_one).text == "皖A12345"


def test_the_dot_behind_the_office_is_no_character() -> None:
    assert decoded(written("皖A·12345")).text == "皖A12345"


def test_the_weakest_character_is_the_confidence() -> None:
    steps = written("皖A12345")
    steps[7] = {"2": 0.6, "Z": 0.3}
    text = decoded(steps)
    assert text.confidence_0_1 == pytest.approx(0.6, abs=0.02)
    assert [c.text for c in text.characters] == list("皖A12345")


def test_what_else_it_could_be_is_kept() -> None:
    steps = written("皖A12345")
    steps[7] = {"2": 0.6, "Z": 0.3}
    text, confidence = decoded(steps).alternatives[0]
    assert text == "皖A1Z345"
    assert confidence == pytest.approx(0.3, abs=0.02)


def test_letter_o_in_a_serial_is_the_digit_and_behind_the_province_the_letter() -> None:
    assert decoded(written("粤OAO112")).text == "粤OA0112"
    assert decoded(written("粤0AO112")).text == "粤OA0112"


def test_small_letters_are_read_as_the_capitals_they_look_like() -> None:
    assert decoded(written("粤bd1234·5"), PlateColour.GREEN).text == "粤BD12345"


def test_a_plate_with_a_character_too_many_is_never_sure() -> None:
    assert decoded(written("皖A123456"), PlateColour.BLUE).confidence_0_1 < 0.1


def test_a_twin_swallowed_by_its_neighbour_is_never_sure() -> None:
    """皖AD11166 on a ground where only seven characters occur: 皖AD1116 would be another car."""
    assert decoded(written("皖AD11166"), PlateColour.BLUE).confidence_0_1 < 0.1


def test_eight_characters_are_read_on_green() -> None:
    text = decoded(written("皖AD11166"), PlateColour.GREEN)
    assert (text.text, text.pattern.kind) == ("皖AD11166", PlateKind.NEW_ENERGY)


def test_a_tail_is_read_where_it_may_stand() -> None:
    assert decoded(written("川A1234警"), PlateColour.WHITE).pattern.kind is PlateKind.POLICE


def test_a_line_of_other_text_is_no_plate() -> None:
    assert DECODER.decode(frames(*written("合肥合肥合肥合肥", 0.9999)), PlateColour.BLUE) is None


def test_one_unbroken_stroke_is_never_surely_five_characters() -> None:
    steps = [{"皖": 0.99999}, {"A": 0.99999}, *[{"1": 0.99999}] * 8]
    text = DECODER.decode(frames(*steps), PlateColour.BLUE)
    assert text is None or text.confidence_0_1 < 0.01


@pytest.mark.parametrize(("line", "is_one"), [("A5331", True), ("12345", True), ("皖A5331", False), ("1234", False)])
def test_five_letters_and_digits_alone_are_a_lower_row(line: str, is_one: bool) -> None:
    assert DECODER.is_lower_row(frames(*written(line))) is is_one


def test_an_empty_line_is_no_plate() -> None:
    text = DECODER.decode(frames(*[{BLANK: 0.9999}] * 20), PlateColour.UNKNOWN)
    assert text is None or text.confidence_0_1 < 0.01


@given(st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_any_output_is_decoded_to_a_probability_or_to_nothing(count: int, seed: int) -> None:
    noise = np.random.default_rng(seed).dirichlet(np.full(len(CHARACTERS), 0.05), count).astype(np.float32)
    text = DECODER.decode(noise, PlateColour.UNKNOWN)
    assert text is None or 0 <= text.confidence_0_1 <= 1


def test_decoding_takes_no_longer_than_a_few_milliseconds() -> None:
    """The bound is loose for busy machines; the figure itself is printed by the evaluation."""
    output = frames(*written("皖A12345"))
    durations = []
    for _ in range(20):
        start = time.perf_counter()
        DECODER.decode(output, PlateColour.BLUE)
        durations.append(time.perf_counter() - start)
    assert min(durations) < 0.01
