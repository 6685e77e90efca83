"""What several cuts of one place say together, and what the place itself forbids to believe."""

import numpy as np
import pytest

from recognition.contracts import CharacterReading, PlateColour
from recognition.pixels import Pixels
from recognition.plates.candidates import Candidate
from recognition.plates.colour import ground_colour
from recognition.plates.ctc import PlateText
from recognition.plates.evidence import Sighting, believed
from recognition.plates.grammar import PATTERNS, PlatePattern
from recognition.plates.text_detection import TextBox
from tests.builders.scenes import plate_picture

SEVEN, EIGHT = PATTERNS[0], PATTERNS[1]


def read(text: str, confidence: float = 0.99, pattern: PlatePattern = SEVEN) -> PlateText:
    return PlateText(text, pattern, tuple(CharacterReading(c, confidence) for c in text), confidence)


def place(picture: Pixels) -> Candidate:
    return Candidate(TextBox(100, 50, 150, 48, 0, 1), picture, ground_colour(picture))


def plate(text: str) -> Pixels:
    return np.asarray(plate_picture(text).resize((150, 48)))[:, :, ::-1].astype(np.uint8)


def in_yellow_light(picture: Pixels) -> Pixels:
    return (picture * np.array([0.25, 1.0, 0.3])).astype(np.uint8)


def test_seven_characters_on_a_new_energy_plate_are_eight_of_which_one_is_hidden_and_open_nothing() -> None:
    """Mud over the office's letter of 渝BD49644: every character that is left is read surely."""
    green = place(plate("渝BD49644"))
    assert believed(read("渝D49644"), green).confidence_0_1 == 0.5
    assert believed(read("渝BD49644", pattern=EIGHT), green).confidence_0_1 == 0.99


def test_a_blue_plate_in_light_that_makes_it_green_is_believed() -> None:
    teal = place(in_yellow_light(plate("苏B810FT")))
    assert teal.ground is PlateColour.GREEN
    assert believed(read("苏B810FT"), teal).confidence_0_1 == 0.99


def test_between_cuts_that_disagree_by_halves_on_the_province_the_home_one_decides() -> None:
    cuts = (read("苏B10345"), read("浙B10345", 0.98), read("苏B10345"), read("浙B10345", 0.98))
    torn = Sighting(place(plate("苏B10345")), (cuts,))
    assert torn.text is not None
    assert torn.text.text == "苏B10345"
    for home, text in (("苏", "苏B10345"), ("浙", "浙B10345"), ("鲁", "苏B10345"), (None, "苏B10345")):
        found = torn.text_at(home)
        assert found is not None
        assert found.text == text
        assert found.confidence_0_1 < 0.5, "half of the evidence says otherwise"


@pytest.mark.parametrize("rivals", [1, 2])
def test_a_province_for_which_most_cuts_speak_is_not_overruled(rivals: int) -> None:
    cuts = (*[read("苏B10345")] * 4, *[read("浙B10345")] * rivals)
    found = Sighting(place(plate("苏B10345")), (cuts,)).text_at("浙")
    assert found is not None
    assert found.text == "苏B10345"
