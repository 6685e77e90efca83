"""The slot for a face detector: what goes into the network, and what is made of its output."""

import numpy as np
import pytest

from recognition.faces.yunet import OUTPUTS, Found, faces_in, fixed_size, tensor_of
from recognition.sessions import Tensor

ROWS, COLUMNS = 320, 256
WIDTHS = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}


def nothing(rows: int = ROWS, columns: int = COLUMNS) -> dict[str, Tensor]:
    """A network that sees nobody anywhere."""
    shapes = {name: name.split("_") for name in OUTPUTS}
    return {
        name: np.zeros((1, (rows // int(step)) * (columns // int(step)), WIDTHS[kind]), np.float32)
        for name, (kind, step) in shapes.items()
    }


def seen(
    outputs: dict[str, Tensor],
    step: int,
    box: tuple[float, float, float, float],
    points: Tensor,
    *,
    sure: float = 0.9,
    columns: int = COLUMNS,
) -> None:
    """Makes the network see a face: at the place of a grid that holds the middle of its box."""
    middle = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
    column, row = (int(v // step) for v in middle)
    at = row * (columns // step) + column
    outputs[f"cls_{step}"][0, at], outputs[f"obj_{step}"][0, at] = sure, sure
    size = np.log(np.array([box[2] - box[0], box[3] - box[1]]) / step)
    outputs[f"bbox_{step}"][0, at] = [*(middle / step - (column, row)), *size]
    outputs[f"kps_{step}"][0, at] = (points / step - np.array([column, row])).reshape(-1)


BOX = (100.0, 60.0, 164.0, 148.0)
POINTS = np.array([[118, 92], [146, 90], [133, 110], [122, 128], [143, 127]], np.float32)


@pytest.mark.parametrize("step", [8, 16, 32])
def test_a_face_comes_back_from_each_grid(step: int) -> None:
    outputs = nothing()
    seen(outputs, step, BOX, POINTS)
    (face,) = faces_in(outputs, ROWS, COLUMNS)
    assert face.box == pytest.approx(BOX, abs=1e-3)
    assert face.points == pytest.approx(POINTS, abs=1e-3)
    assert face.score == pytest.approx(0.9)


def test_a_face_seen_twice_is_one_and_the_surer_one_counts() -> None:
    outputs = nothing()
    seen(outputs, 8, BOX, POINTS, sure=0.85)
    seen(outputs, 16, (101, 61, 165, 149), POINTS + 1, sure=0.95)
    seen(outputs, 32, (10, 200, 60, 260), POINTS, sure=0.82)
    faces = faces_in(outputs, ROWS, COLUMNS)
    assert [round(face.score, 2) for face in faces] == [0.95, 0.82]


def test_who_is_hardly_seen_is_nobody() -> None:
    outputs = nothing()
    seen(outputs, 16, BOX, POINTS, sure=0.79)
    assert faces_in(outputs, ROWS, COLUMNS) == []
    assert faces_in(nothing(), ROWS, COLUMNS) == []


def test_probabilities_beyond_one_count_as_one() -> None:
    outputs = nothing()
    seen(outputs, 16, BOX, POINTS, sure=7)
    (face,) = faces_in(outputs, ROWS, COLUMNS)
    assert face.score == 1


def test_a_picture_goes_in_unstretched_with_black_beside_it() -> None:
    pixels = np.full((1000, 500, 3), (10, 20, 30), np.uint8)
    batch, scale = tensor_of(pixels)
    assert (batch.shape, scale) == ((1, 3, 640, 320), 0.64)
    assert batch[0, :, 300, 160].tolist() == [10, 20, 30]
    fixed, scale = tensor_of(pixels, (320, 320))
    assert (fixed.shape, scale) == ((1, 3, 320, 320), 0.32)
    assert fixed[0, :, 319, 159].tolist() == [10, 20, 30]
    assert not fixed[0, :, :, 161:].any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (31, 33), (640, 640)])
def test_any_shape_of_picture_goes_in_by_multiples_of_32(shape: tuple[int, int]) -> None:
    batch, _ = tensor_of(np.zeros((*shape, 3), np.uint8))
    assert batch.shape[2] % 32 == batch.shape[3] % 32 == 0
    assert max(batch.shape) <= 640


def test_a_small_picture_is_not_blown_up() -> None:
    assert tensor_of(np.zeros((100, 100, 3), np.uint8))[1] == 1


@pytest.mark.parametrize(
    ("shape", "fixed"), [((1, 3, 640, 320), (640, 320)), ((1, 3, None, None), None), ((None, 3, 640, None), None)]
)
def test_the_network_says_whether_it_takes_one_size(
    shape: tuple[int | None, ...], fixed: tuple[int, int] | None
) -> None:
    assert fixed_size(shape) == fixed


def test_a_face_is_the_same_in_the_larger_original() -> None:
    found = Found(np.array(BOX, np.float32), POINTS, 0.9).scaled(2)
    assert found.box == pytest.approx(np.array(BOX) * 2)
    assert found.points == pytest.approx(POINTS * 2)
