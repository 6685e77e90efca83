"""Which texts may stand on a plate."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.contracts import PlateColour, PlateKind
from recognition.plates.grammar import PATTERNS, colour_on, kind_on, matches

PLATES = st.sampled_from(PATTERNS).flatmap(
    lambda pattern: st.tuples(*[st.sampled_from(place) for place in pattern.places])
)


@pytest.mark.parametrize(
    "text",
    [
        "皖A12345",
        "粤BD12345",
        "粤B12345D",
        "川A1234警",
        "津C1234学",
        "鲁B1234挂",
        "粤Z1234港",
        "粤Z1234澳",
        "沪A0023领",
        "224578使",
        "京X0001应急",
        "VA12345",
        "WJ粤12345",
        "民航A0123",
        "粤OA9112",
    ],
)
def test_every_kind_of_plate_on_the_road_is_possible(text: str) -> None:
    assert matches(text)


@pytest.mark.parametrize(
    "text",
    ["", "A12345皖", "皖IA2345", "皖A1234I", "皖A1234O", "皖A1234", "皖A123456", "皖112345", "粤BZ12345", "粤A1234港"],
)
def test_what_no_office_issues_is_not_possible(text: str) -> None:
    assert not matches(text)


@given(PLATES)
def test_whatever_the_patterns_allow_is_seven_or_eight_characters(text: tuple[str, ...]) -> None:
    assert matches("".join(text))
    assert re.fullmatch(r"[A-HJ-Z0-9\u4e00-\u9fff]{7,8}", "".join(text))


@given(PLATES, st.characters(categories=["Lu", "Nd"], max_codepoint=127))
def test_a_character_too_many_at_the_front_is_never_possible_on_a_civil_plate(
    text: tuple[str, ...], extra: str
) -> None:
    if text[0] in "京津沪皖粤":
        assert not matches(extra + "".join(text))


def test_eight_characters_are_only_read_on_green_pale_or_colourless_ground() -> None:
    grounds = {ground for p in PATTERNS if p.kind is PlateKind.NEW_ENERGY for ground in p.grounds}
    assert PlateColour.BLUE not in grounds
    assert PlateColour.BLACK not in grounds
    assert PlateColour.GREEN in grounds


@pytest.mark.parametrize(
    ("ground", "kind"),
    [
        (PlateColour.BLUE, PlateKind.SMALL),
        (PlateColour.YELLOW, PlateKind.LARGE),
        (PlateColour.BLACK, PlateKind.FOREIGN),
        (PlateColour.UNKNOWN, PlateKind.UNKNOWN),
    ],
)
def test_seven_plain_characters_are_told_apart_by_their_ground(ground: PlateColour, kind: PlateKind) -> None:
    assert kind_on(PATTERNS[0], ground) is kind


def test_a_new_energy_plate_bleached_by_the_sun_is_still_green() -> None:
    new_energy = next(p for p in PATTERNS if p.kind is PlateKind.NEW_ENERGY)
    assert colour_on(new_energy, PlateColour.WHITE) is PlateColour.GREEN
    assert colour_on(new_energy, PlateColour.YELLOW) is PlateColour.YELLOW
    assert colour_on(PATTERNS[0], PlateColour.WHITE) is PlateColour.WHITE
