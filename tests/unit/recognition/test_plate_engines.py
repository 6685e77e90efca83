"""Both engines hold the same contract: the same networks, hence the same readings."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from recognition.contracts import PlateEngine, PlateReader, PlateReadings
from recognition.images import DecodedImage, ImageLimits, decode
from recognition.pixels import image_of
from recognition.plates import default_reader
from recognition.plates.engines import ENGINES, EngineParts
from recognition.weights import WeightsError
from tests.builders.scenes import gate_scene, plate_picture

CROPS = Path(__file__).parents[3].parent / "shared" / "data" / "plates" / "crops"
FROM_STRANGERS = ImageLimits(allow_trailing_data=True)


@pytest.fixture(params=list(PlateEngine))
def reader(request: pytest.FixtureRequest) -> PlateReader:
    engine: PlateEngine = request.param
    if importlib.util.find_spec(ENGINES[engine].library) is None:
        pytest.skip(f"{engine} is not installed (PROFILE=light)")
    return default_reader(engine)


def pictures() -> list[DecodedImage]:
    """A photo, a cut-out, a colourless one, and nothing at all."""
    plate = np.asarray(plate_picture("粤B12345").resize((220, 70)))[:, :, ::-1]
    grey = np.repeat(plate.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)
    empty = np.full((240, 320, 3), 90, np.uint8)
    return [decode(gate_scene("沪ADK3216", seed=3)), image_of(plate), image_of(grey), image_of(empty)]


def texts(readings: PlateReadings) -> list[str]:
    return [plate.text for plate in readings.plates]


def test_an_engine_reads_what_is_written(reader: PlateReader) -> None:
    assert [texts(reader.read(picture)) for picture in pictures()] == [["沪ADK3216"], ["粤B12345"], ["粤B12345"], []]
    assert reader.state().loaded


def test_an_engine_is_as_sure_as_the_default_one_and_names_itself(reader: PlateReader) -> None:
    picture = pictures()[0]
    plate, usual = reader.read(picture).plates[0], default_reader().read(picture).plates[0]
    assert plate.confidence_0_1 == pytest.approx(usual.confidence_0_1, abs=0.01)
    assert np.array(plate.corners) == pytest.approx(np.array(usual.corners), abs=1)
    assert (plate.kind, plate.colour, plate.engine_version) == (usual.kind, usual.colour, usual.engine_version)
    assert plate.engine == reader.state().name


@pytest.mark.skipif(not CROPS.is_dir(), reason="the shared pictures are not here")
def test_an_engine_reads_real_crops_as_the_default_one_does(reader: PlateReader) -> None:
    crops = [decode(path.read_bytes(), FROM_STRANGERS) for path in sorted(CROPS.iterdir())[::36]]
    assert len(crops) >= 5
    assert [texts(reader.read(crop)) for crop in crops] == [texts(default_reader().read(crop)) for crop in crops]


def test_an_engine_whose_library_is_missing_says_so_with_a_code() -> None:
    light = EngineParts("ppocr-paddle", "no_such_library", (), ENGINES[PlateEngine.ONNX].load)
    with pytest.raises(WeightsError) as refusal:
        light.check(None)
    assert refusal.value.code == "engine_not_installed"


LIGHT = """
import sys
sys.modules.update(dict.fromkeys(("paddle", "paddleocr", "rapidocr_paddle")))
from workers.handlers.passages import observe
from recognition.contracts import PlateEngine
from recognition.images import decode
from recognition.plates import default_reader
from recognition.weights import WeightsError
image = decode(sys.stdin.buffer.read())
print(observe(image, default_reader()).text)
absent = default_reader(PlateEngine.PADDLE)
print(absent.state().available, absent.state().detail)
try:
    absent.read(image)
except WeightsError as refusal:
    print(refusal)
print([name for name in sys.modules if name.split(".")[0] in ("paddle", "paddleocr") and sys.modules[name]])
"""


def test_a_small_gate_box_without_paddle_reads_and_says_of_the_other_engine_that_it_is_not_there() -> None:
    """`PROFILE=light`, in a process in which the packages that it leaves out cannot be found."""
    done = subprocess.run([sys.executable, "-c", LIGHT], input=gate_scene("苏A12345"), capture_output=True, check=True)
    read, state, refusal, loaded = done.stdout.decode().splitlines()
    assert (read, state, loaded) == ("苏A12345", "False engine_not_installed", "[]")
    assert "PLATE_ENGINE=onnx" in refusal
