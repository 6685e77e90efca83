"""The site's province decides only what the picture leaves open."""

import pytest

from recognition.contracts import CharacterReading
from recognition.plates.ctc import PlateText
from recognition.plates.grammar import PATTERNS
from recognition.plates.home import prefer_home


def read(province: tuple[str, float], *others: tuple[str, float]) -> PlateText:
    characters = (CharacterReading(*province, others), *(CharacterReading(c, 0.99) for c in "BE609T"))
    return PlateText(province[0] + "BE609T", PATTERNS[0], characters, min(province[1], 0.99))


def test_of_two_provinces_as_likely_the_home_one_is_read_and_the_other_kept() -> None:
    text = prefer_home(read(("鄂", 0.49), ("粤", 0.47), ("皖", 0.01)), "粤")
    assert text.text == "粤BE609T"
    assert text.confidence_0_1 == 0.47
    assert text.characters[0].alternatives == (("鄂", 0.49), ("皖", 0.01))
    assert text.alternatives[0] == ("鄂BE609T", 0.49)


@pytest.mark.parametrize("home", [None, "鄂", "川", "皖"])
def test_nothing_changes_without_a_tie_for_home(home: str | None) -> None:
    text = read(("鄂", 0.49), ("粤", 0.47), ("皖", 0.01))
    assert prefer_home(text, home) == text


def test_a_province_that_was_read_is_never_overruled() -> None:
    text = read(("鄂", 0.75), ("粤", 0.24))
    assert prefer_home(text, "粤") == text
