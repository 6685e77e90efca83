"""What every process may import, and how a reading falls into its band."""

import subprocess
import sys

import pytest

from recognition.contracts import Band, PlateColour, PlateKind, PlateReading, PlateReadings, band_for
from recognition.weights import BandThresholds, plate_thresholds


def reading(confidence_0_1: float) -> PlateReading:
    return PlateReading(
        text="皖A12345",
        kind=PlateKind.SMALL,
        colour=PlateColour.BLUE,
        confidence_0_1=confidence_0_1,
        characters=(),
        alternatives=(),
        corners=((0, 0), (44, 0), (44, 14), (0, 14)),
        engine="test",
        engine_version="1",
    )


@pytest.mark.parametrize(
    ("confidence_0_1", "band"),
    [(0.8, Band.ACCEPT), (0.79, Band.REVIEW), (0.4, Band.REVIEW), (0.39, Band.REJECT), (0.0, Band.REJECT)],
)
def test_the_band_follows_from_the_weakest_character(confidence_0_1: float, band: Band) -> None:
    assert band_for(reading(confidence_0_1), BandThresholds(accept_at=0.8, review_at=0.4)) is band


def test_the_bands_in_use_are_those_of_the_manifest() -> None:
    limits = plate_thresholds()
    assert 0 < limits.review_at < limits.accept_at < 1
    assert band_for(reading(limits.accept_at)) is Band.ACCEPT
    assert band_for(reading(limits.accept_at - 0.001)) is Band.REVIEW


def test_where_nothing_was_found_there_is_no_best_plate() -> None:
    assert PlateReadings((), 100, 100, {}).best is None


def test_the_contracts_and_the_image_checks_load_no_engine() -> None:
    program = (
        "import sys, recognition.contracts, recognition.images, recognition.weights;"
        "print([name for name in ('cv2', 'onnxruntime', 'numpy', 'recognition.plates') if name in sys.modules])"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
