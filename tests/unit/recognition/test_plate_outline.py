"""Plates that lean, lie in perspective, or show the text detector no text: their paint says where they are."""

import cv2
import numpy as np
import pytest

from recognition.contracts import PlateColour
from recognition.pixels import Pixels, image_of
from recognition.plates import default_reader
from recognition.plates.edges import Corners, outlined, straightened
from recognition.plates.regions import painted_boxes
from recognition.plates.text_detection import TextBox
from tests.builders.scenes import plate_picture

SEEN_FROM_THE_SIDE = np.array([(220, 150), (330, 190), (330, 250), (220, 205)], np.float32)
LEANING = np.array([(230, 150), (410, 150), (370, 200), (190, 200)], np.float32)


def screwed_on(corners: Corners, text: str, ground: PlateColour | None = None) -> Pixels:
    """A grey wall with a plate at these corners, as a camera sees it."""
    plate = np.asarray(plate_picture(text, ground))[:, :, ::-1]
    height, width = plate.shape[:2]
    source = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    turn = cv2.getPerspectiveTransform(source, corners)
    wall = np.full((400, 600, 3), (118, 120, 122), np.uint8)
    seen = cv2.warpPerspective(plate, turn, (600, 400), flags=cv2.INTER_AREA)
    where = cv2.warpPerspective(np.ones((height, width), np.uint8), turn, (600, 400))
    wall[where > 0] = seen[where > 0]
    return np.asarray(cv2.GaussianBlur(wall, (3, 3), 0), np.uint8)


def box_of(corners: Corners) -> TextBox:
    """What a text detector says of it: level, and a little too small."""
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return TextBox((left + right) / 2, (top + bottom) / 2, 0.8 * (right - left), 0.7 * (bottom - top), 0, 1)


@pytest.mark.parametrize("corners", [SEEN_FROM_THE_SIDE, LEANING])
@pytest.mark.parametrize("ground", [PlateColour.BLUE, PlateColour.YELLOW])
def test_the_outline_of_a_painted_plate_is_found(corners: Corners, ground: PlateColour) -> None:
    found = outlined(screwed_on(corners, "苏E05EV8", ground), box_of(corners))
    assert found is not None
    assert np.abs(found - corners).max() < 8


def test_a_place_without_paint_has_no_outline() -> None:
    assert outlined(np.full((400, 600, 3), 120, np.uint8), box_of(LEANING)) is None


def test_a_plate_on_a_car_of_its_own_colour_has_no_outline() -> None:
    car = np.full((400, 600, 3), (170, 60, 20), np.uint8)
    assert outlined(car, TextBox(300, 200, 120, 40, 0, 1)) is None


def test_what_lies_within_four_corners_becomes_a_level_line() -> None:
    line = straightened(screwed_on(LEANING, "苏E05EV8"), LEANING)
    wider = straightened(screwed_on(LEANING, "苏E05EV8"), LEANING, (0.1, 0.1))
    assert line.shape[0] == 48
    assert 2.5 < line.shape[1] / line.shape[0] < 4.5
    assert wider.shape[0] > line.shape[0]
    assert wider.shape[1] > line.shape[1]


@pytest.mark.parametrize("corners", [SEEN_FROM_THE_SIDE, LEANING])
def test_a_plate_that_leans_or_is_seen_from_the_side_is_read(corners: Corners) -> None:
    best = default_reader().read(image_of(screwed_on(corners, "苏E05EV8"))).best
    assert best is not None
    assert best.text == "苏E05EV8"


def test_the_paint_says_where_a_plate_is() -> None:
    box, *_ = painted_boxes(screwed_on(LEANING, "苏E05EV8"))
    assert (box.centre_x, box.centre_y) == pytest.approx((300, 175), abs=12)


def test_neither_a_wall_nor_a_bare_painted_board_is_a_plate() -> None:
    wall = np.full((400, 600, 3), 120, np.uint8)
    assert painted_boxes(wall) == []
    wall[150:200, 200:360] = (170, 60, 20)
    assert painted_boxes(wall) == []
