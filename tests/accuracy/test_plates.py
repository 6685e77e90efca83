"""The real engine on real photos, where the shared data are at hand: `pytest tests/accuracy`."""

from pathlib import Path

import pytest

from recognition.contracts import Band, band_for
from recognition.evaluation.__main__ import Outcome, measure

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "plates"

pytestmark = [
    pytest.mark.skipif(not DATA.is_dir(), reason="the shared photos are not here"),
    pytest.mark.timeout(900),
]


def accepted(outcomes: list[Outcome]) -> list[Outcome]:
    return [o for o in outcomes if o.readings.best and band_for(o.readings.best) is Band.ACCEPT]


def test_photos_of_cars_are_read() -> None:
    outcomes = measure(DATA / "photos", threads=2)
    assert sum(bool(o.match) for o in outcomes) >= 55


def test_cropped_plates_are_read_and_what_is_accepted_is_right() -> None:
    outcomes = measure(DATA / "crops", threads=2)
    assert sum(bool(o.match) for o in outcomes) / len(outcomes) >= 0.975
    assert all(o.match for o in accepted(outcomes))
    assert len(accepted(outcomes)) / len(outcomes) >= 0.85
