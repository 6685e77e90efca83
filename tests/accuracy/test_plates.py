"""The real engine on real photos, where the shared data are at hand: `pytest tests/accuracy`."""

from pathlib import Path

import pytest

from recognition.contracts import Band, PlateColour, PlateKind, band_for
from recognition.evaluation.__main__ import Outcome, measure
from recognition.images import ImageLimits, decode
from recognition.plates import default_reader

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "plates"

pytestmark = [
    pytest.mark.skipif(not DATA.is_dir(), reason="the shared photos are not here"),
    pytest.mark.timeout(900),
]


def accepted(outcomes: list[Outcome]) -> list[Outcome]:
    return [o for o in outcomes if o.readings.best and band_for(o.readings.best) is Band.ACCEPT]


def test_photos_of_cars_are_read() -> None:
    outcomes = measure(DATA / "photos", default_reader())
    assert sum(bool(o.match) for o in outcomes) >= 57


def test_cropped_plates_are_read_and_what_is_accepted_is_right() -> None:
    outcomes = measure(DATA / "crops", default_reader())
    assert sum(bool(o.match) for o in outcomes) / len(outcomes) >= 0.985
    assert all(o.match for o in accepted(outcomes))
    assert len(accepted(outcomes)) / len(outcomes) >= 0.85


@pytest.mark.parametrize(
    ("file", "text", "colour", "kind"),
    [
        ("double_yellow.jpg", "京EA5331", PlateColour.YELLOW, PlateKind.LARGE),
        ("single_yellow.jpg", "皖K66666", PlateColour.YELLOW, PlateKind.LARGE),
        ("single_green.jpg", "沪AF71017", PlateColour.GREEN, PlateKind.NEW_ENERGY),
        ("police.jpg", "鄂F8888警", PlateColour.WHITE, PlateKind.POLICE),
        ("004504310344827586*", "皖AD11166", PlateColour.GREEN, PlateKind.NEW_ENERGY),
        ("004636015325670498*", "皖AD22939", PlateColour.GREEN, PlateKind.NEW_ENERGY),
        ("003748802682*", "苏CFY773", PlateColour.BLUE, PlateKind.SMALL),
        ("00471264367816*", "皖AFL605", PlateColour.BLUE, PlateKind.SMALL),
    ],
)
def test_special_plates_are_read_with_their_colour_and_kind(
    file: str, text: str, colour: PlateColour, kind: PlateKind
) -> None:
    (path,) = (DATA / "special").glob(file)
    best = default_reader().read(decode(path.read_bytes(), ImageLimits(allow_trailing_data=True))).best
    assert best is not None
    assert (best.text, best.colour, best.kind) == (text, colour, kind)
