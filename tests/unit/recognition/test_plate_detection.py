"""The slot for a plate detector: its network's output, and what is done with the places that it finds."""

from pathlib import Path

import numpy as np
import pytest

from recognition.contracts import PlateEngine
from recognition.images import decode
from recognition.pixels import Pixels, pixels_of
from recognition.plates.edges import Corners
from recognition.plates.engines import ENGINES, Networks
from recognition.plates.looking import Looking, Stopwatch
from recognition.plates.plate_detection import detector_of, plates_in
from recognition.plates.reader import OcrPlateReader
from recognition.sessions import Tensor
from recognition.weights import WeightsError, import_weights, list_weights
from tests.builders.scenes import gate_scene
from tests.unit.recognition.test_weights import LICENCE, pack

PRIORS = 4385
CORNERS = np.array([(100, 90), (160, 96), (158, 116), (98, 110)], np.float32)


def output() -> tuple[Tensor, Tensor, Tensor]:
    """A network that sees nothing anywhere."""
    return np.zeros((PRIORS, 14), np.float32), np.zeros((PRIORS, 2), np.float32), np.zeros((PRIORS, 1), np.float32)


def seen(at: int, centre: tuple[float, float], size: float, *, sure: float = 0.95) -> tuple[Tensor, Tensor, Tensor]:
    """A network whose box number `at`, of this centre and size, sees `CORNERS`."""
    loc, conf, iou = output()
    offsets = (CORNERS - centre) / (0.1 * size)
    loc[at, [4, 5, 6, 7, 10, 11, 12, 13]] = offsets.reshape(-1)
    conf[at, 1], iou[at, 0] = sure, sure
    return loc, conf, iou


# The box of 24 pixels at row 12, column 16 of the finest grid; the box of 64 at row 3, column 4 of the third.
FINE = ((12 * 40 + 16) * 3 + 2, (16.5 * 8, 12.5 * 8), 24)
COARSE = (3600 + 600 + (3 * 10 + 4) * 2, (4.5 * 32, 3.5 * 32), 64)


@pytest.mark.parametrize("box", [FINE, COARSE])
def test_the_corners_that_the_network_saw_come_back(box: tuple[int, tuple[float, float], float]) -> None:
    (found,) = plates_in(*seen(*box))
    assert found == pytest.approx(CORNERS, abs=0.01)


def test_a_plate_that_two_boxes_see_is_one_plate_the_surer_one() -> None:
    first, second = seen(*FINE, sure=0.85), seen(*COARSE, sure=0.99)
    (found,) = plates_in(*(np.maximum(a, b) if a.shape[1] < 14 else a + b for a, b in zip(first, second, strict=True)))
    assert found == pytest.approx(CORNERS, abs=0.01)


def test_what_the_network_is_not_sure_of_is_no_plate() -> None:
    assert plates_in(*output()) == []
    assert plates_in(*seen(*FINE, sure=0.7)) == []


def test_a_plate_that_only_the_detector_found_is_read() -> None:
    """The text detector is blind here, and the paint is left out by taking the colour away."""
    networks = ENGINES[PlateEngine.ONNX].load(1, None)

    def blind(batch: Tensor) -> Tensor:
        return np.zeros((1, 1, *batch.shape[2:]), np.float32)

    def found(pixels: Pixels) -> list[Corners]:
        return [PLATE] if pixels.shape == photo.shape else []

    photo = np.repeat(pixels_of(decode(gate_scene("皖A12345", seed=1))).mean(axis=2, keepdims=True), 3, axis=2)
    photo = photo.astype(np.uint8)
    sees_nothing = Networks(blind, networks.recogniser, networks.characters)
    assert Looking(sees_nothing, None).plates(photo, Stopwatch()) == []
    (seen,) = Looking(sees_nothing, found).plates(photo, Stopwatch())
    assert seen.text is not None
    assert seen.text.text == "皖A12345"
    assert seen.candidate.box.centre_x == pytest.approx(float(PLATE[:, 0].mean()), abs=3)


def corners_of_the_plate() -> Corners:
    best = OcrPlateReader().read(decode(gate_scene("皖A12345", seed=1))).best
    assert best is not None
    return np.array(best.corners, np.float32)


PLATE = corners_of_the_plate()


def test_without_a_pack_there_is_no_detector_and_nothing_is_wrong(tmp_path: Path) -> None:
    assert detector_of(None, threads=1) is None
    assert detector_of(tmp_path, threads=1) is None
    (slot,) = [state for state in list_weights(tmp_path) if state.model.id == "lpd-yunet"]
    assert (slot.path, slot.problem) == (None, "")


def test_an_imported_pack_is_used_from_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """This pack's file is no network: that it is refused when it is loaded shows that the reader opened it."""
    models = tmp_path / "models"
    import_weights(pack(tmp_path / "pack"), models, LICENCE)
    models.chmod(0o555)
    reader = OcrPlateReader(model_dir=models)
    assert reader.state().version.endswith("+lpd-yunet-2023mar")
    with pytest.raises(Exception, match=r"(?i)protobuf"):
        reader.read(decode(gate_scene("皖A12345", seed=1)))


def test_a_changed_pack_makes_the_engine_unavailable(tmp_path: Path) -> None:
    models = tmp_path / "models"
    import_weights(pack(tmp_path / "pack"), models, LICENCE)
    (models / "lpd-yunet" / "net.onnx").write_bytes(b"something else")
    reader = OcrPlateReader(model_dir=models)
    assert (reader.state().available, reader.state().detail) == (False, "weights_changed")
    with pytest.raises(WeightsError):
        reader.read(decode(gate_scene("皖A12345", seed=1)))
