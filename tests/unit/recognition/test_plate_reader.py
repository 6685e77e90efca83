"""The real engine on rendered gate scenes."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from recognition.contracts import Band, PlateColour, PlateKind, band_for
from recognition.images import decode
from recognition.pixels import image_of, pixels_of
from recognition.plates import default_reader, read_plates
from recognition.plates.crops import side_by_side
from tests.builders.scenes import gate_scene, plate_picture, two_row_plate


@pytest.mark.parametrize(
    ("text", "kind", "colour"),
    [
        ("皖A12345", PlateKind.SMALL, PlateColour.BLUE),
        ("京N8P8F8", PlateKind.SMALL, PlateColour.BLUE),
        ("沪ADK3216", PlateKind.NEW_ENERGY, PlateColour.GREEN),
        ("浙A12345D", PlateKind.NEW_ENERGY, PlateColour.GREEN),
        ("川A8888警", PlateKind.POLICE, PlateColour.WHITE),
        ("津C1234学", PlateKind.LEARNER, PlateColour.YELLOW),
        ("新C55512", PlateKind.SMALL, PlateColour.BLUE),
    ],
)
def test_a_plate_at_the_gate_is_read_and_accepted(text: str, kind: PlateKind, colour: PlateColour) -> None:
    best = read_plates(gate_scene(text, seed=len(text) + ord(text[0]))).best
    assert best is not None
    assert (best.text, best.kind, best.colour, band_for(best)) == (text, kind, colour, Band.ACCEPT)
    assert best.confidence_0_1 <= min(character.probability_0_1 for character in best.characters)


def test_seven_characters_on_yellow_make_a_large_vehicle() -> None:
    best = read_plates(gate_scene("苏E05EV8", seed=4, ground=PlateColour.YELLOW)).best
    assert best is not None
    assert (best.text, best.kind) == ("苏E05EV8", PlateKind.LARGE)


def test_the_corners_lie_on_the_plate() -> None:
    readings = read_plates(gate_scene("皖A12345", seed=1))
    assert readings.best is not None
    centre_x, centre_y = np.mean(readings.best.corners, axis=0)
    assert (readings.image_width_px, readings.image_height_px) == (1280, 960)
    assert 500 < centre_x < 780
    assert 600 < centre_y < 780


def test_an_infrared_picture_is_read_without_a_colour() -> None:
    grey = pixels_of(decode(gate_scene("皖A12345", seed=2))).mean(axis=2, keepdims=True)
    best = default_reader().read(image_of(np.repeat(grey, 3, axis=2).astype(np.uint8))).best
    assert best is not None
    assert (best.text, best.colour, best.kind) == ("皖A12345", PlateColour.UNKNOWN, PlateKind.UNKNOWN)


def test_a_camera_s_cut_out_of_the_plate_is_read_too() -> None:
    plate = plate_picture("粤B12345").resize((220, 70), Image.Resampling.LANCZOS)
    best = default_reader().read(image_of(np.asarray(plate)[:, :, ::-1].copy())).best
    assert best is not None
    assert best.text == "粤B12345"


@pytest.mark.parametrize("seed", [0, 1])
def test_where_there_is_no_plate_nothing_is_invented(seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 255, (480, 640, 3), np.uint8)
    assert default_reader().read(image_of(noise)).plates == ()
    assert default_reader().read(image_of(np.full((480, 640, 3), 90, np.uint8))).plates == ()


def test_a_sign_that_is_no_plate_is_never_accepted() -> None:
    readings = read_plates(gate_scene("合肥市政府大", seed=3))
    assert all(band_for(plate) is not Band.ACCEPT for plate in readings.plates)


def test_every_reading_names_its_engine_and_the_time_of_each_part() -> None:
    readings = read_plates(gate_scene("皖A12345", seed=5))
    assert readings.best is not None
    assert readings.best.engine == "ppocr-onnx"
    assert "PP-OCRv4" in readings.best.engine_version
    assert {"detect", "recognise", "decode"} <= set(readings.timings_ms)


def test_threads_may_share_one_reader() -> None:
    texts = ["皖A12345", "京N8P8F8", "粤B12345"]
    scenes = [gate_scene(text, seed=7) for text in texts]
    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(read_plates, scenes))
    assert [result.best and result.best.text for result in results] == texts


def test_the_same_text_and_seed_make_the_same_scene() -> None:
    assert gate_scene("皖A12345", seed=1) == gate_scene("皖A12345", seed=1)
    assert gate_scene("皖A12345", seed=1) != gate_scene("皖A12345", seed=2)


@pytest.mark.parametrize(
    ("text", "ground", "kind"),
    [
        ("苏EA5331", PlateColour.YELLOW, PlateKind.LARGE),
        ("WJ粤12345", PlateColour.WHITE, PlateKind.ARMED_POLICE),
        ("VA12345", PlateColour.WHITE, PlateKind.MILITARY),
    ],
)
def test_a_plate_of_two_rows_is_read_and_shown_to_the_guard(text: str, ground: PlateColour, kind: PlateKind) -> None:
    wall = np.full((480, 640, 3), (118, 120, 122), np.uint8)
    plate = two_row_plate(text, ground).resize((220, 110), Image.Resampling.LANCZOS)
    wall[200:310, 200:420] = np.asarray(plate)[:, :, ::-1]
    best = default_reader().read(image_of(wall)).best
    assert best is not None
    assert (best.text, best.kind) == (text, kind)
    assert band_for(best) is not Band.REJECT


def test_two_rows_become_one_line() -> None:
    plate = np.zeros((120, 240, 3), np.uint8)
    line = side_by_side(plate)
    assert line.shape[0] == 70
    assert line.shape[1] > 240
