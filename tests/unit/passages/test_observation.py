"""What a worker makes of an engine's reading: bands, characters, the plate's place, the site's home province."""

from dataclasses import dataclass, field

import pytest

from backend.features.passages.model import Character, PlateBox
from recognition.contracts import (
    CharacterReading,
    EngineState,
    PlateColour,
    PlateKind,
    PlateReading,
    PlateReadings,
    plate_thresholds,
)
from recognition.images import DecodedImage
from workers.handlers.passages import observe

PICTURE = DecodedImage(b"", 1280, 960)
BANDS = plate_thresholds()


@dataclass
class Engine:
    """Reads what it is told to, and remembers which province it was asked to prefer."""

    plates: tuple[PlateReading, ...] = ()
    asked_for: list[str | None] = field(default_factory=list)

    def read(self, image: DecodedImage, *, home_province: str | None = None) -> PlateReadings:
        self.asked_for.append(home_province)
        return PlateReadings(self.plates, image.width_px, image.height_px, {"detect": 100.0, "recognise": 20.04})

    def state(self) -> EngineState:
        return EngineState("told", "1", loaded=True, available=True, detail="")


def reading(confidence: float) -> PlateReading:
    letters = tuple(CharacterReading(letter, 0.99, (("8", 0.01),)) for letter in "苏A12345")
    corners = ((560.4, 690.2), (770.1, 700.0), (1300.0, 760.0), (-3.0, 750.6))
    return PlateReading(
        "苏A12345", PlateKind.SMALL, PlateColour.BLUE, confidence, letters, (("苏A12346", 0.1),), corners, "told", "1"
    )


def test_the_engine_is_told_the_sites_home_province() -> None:
    engine = Engine()
    observe(PICTURE, engine, "浙")
    assert engine.asked_for == ["浙"]


def test_a_reading_keeps_its_characters_its_place_and_who_read_it() -> None:
    seen = observe(PICTURE, Engine((reading(0.99),)), "苏")
    assert (seen.text, seen.certain, seen.engine, seen.engine_version) == ("苏A12345", True, "told", "1")
    assert seen.characters[0] == Character("苏", 0.99, (("8", 0.01),))
    assert seen.box == PlateBox(0, 690, 1280, 760), "never beyond the picture"
    assert (seen.colour, seen.kind, seen.read_ms) == ("blue", "small", 120.0)


@pytest.mark.parametrize(
    ("confidence", "text", "certain"),
    [
        (BANDS.accept_at, "苏A12345", True),
        (BANDS.accept_at - 0.001, "苏A12345", False),
        (BANDS.review_at, "苏A12345", False),
        (BANDS.review_at - 0.001, None, False),
    ],
)
def test_each_band_says_what_may_be_done(confidence: float, text: str | None, certain: bool) -> None:
    seen = observe(PICTURE, Engine((reading(confidence),)))
    assert (seen.text, seen.certain) == (text, certain)
