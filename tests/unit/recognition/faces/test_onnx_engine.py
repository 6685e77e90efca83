"""The engine on imported networks, end to end on the real onnxruntime with networks small enough to write by hand."""

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from recognition.face_contracts import FaceBand, FaceRefused
from recognition.faces.alignment import upright
from recognition.faces.onnx_engine import OnnxFaceEngine
from recognition.images import DecodedImage
from recognition.pixels import image_of, pixels_of
from recognition.weights import WeightsError, import_weights, list_weights
from tests.builders.networks import constant_network, mosaic_network
from tests.unit.recognition.faces.test_yunet import nothing, seen

SIDE = 320
BOX = (80.0, 60.0, 240.0, 260.0)
POINTS = np.array([[120, 130], [200, 130], [160, 175], [130, 220], [190, 220]], np.float32)
EMBEDDING = 'dimension = 48\nsize_px = 112\ncolours = "rgb"\nmean = 127.5\nscale = 0.0078125'
THRESHOLDS = 'match_at = 0.9\ngrey_at = 0.8\nevidence = "none"'


def write_pack(folder: Path, model_id: str, body: bytes, *, sections: str = "", licence: bool = True) -> Path:
    folder.mkdir(parents=True)
    (folder / "net.onnx").write_bytes(body)
    if licence:
        (folder / "LICENSE").write_text("Do as you like.", "utf-8")
    manifest = f"""[[model]]
id = "{model_id}"
version = "test"
file = "net.onnx"
bytes = {len(body)}
sha256 = "{hashlib.sha256(body).hexdigest()}"
licence = "MIT"
licence_file = "LICENSE"
source = "written by hand"
input = "see the section"
{sections}"""
    (folder / "manifest.toml").write_text(manifest, "utf-8")
    return folder


def detector(*, sees: bool = True) -> bytes:
    outputs = nothing(SIDE, SIDE)
    if sees:
        seen(outputs, 16, BOX, POINTS, columns=SIDE)
    return constant_network(outputs, SIDE)


def embedder_sections(embedding: str = EMBEDDING, thresholds: str = THRESHOLDS) -> str:
    return f"[embedding]\n{embedding}\n[thresholds]\n{thresholds}\n"


def installed(folder: Path, *, sections: str | None = None, sees: bool = True) -> Path:
    models = folder / "models"
    import_weights(write_pack(folder / "d", "face-detector", detector(sees=sees)), models, "MIT")
    found = embedder_sections() if sections is None else sections
    import_weights(write_pack(folder / "e", "face-embedder", mosaic_network(112, 4), sections=found), models, "MIT")
    return models


def picture(seed: int, side: int = SIDE) -> DecodedImage:
    """Coloured squares; another seed is other colours."""
    colours = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), np.uint8)
    return image_of(np.kron(colours, np.ones((side // 8, side // 8, 1), np.uint8)))


def test_without_packs_the_engine_says_so_and_works_not(tmp_path: Path) -> None:
    for engine in (OnnxFaceEngine(None), OnnxFaceEngine(tmp_path)):
        assert (engine.state().available, engine.state().detail) == (False, "weights_missing")
        with pytest.raises(WeightsError) as refusal:
            engine.detect(picture(1))
        assert refusal.value.code == "weights_missing"
    assert {s.problem for s in list_weights(tmp_path) if s.model.id.startswith("face-")} == {""}


def test_an_imported_pair_finds_describes_and_compares(tmp_path: Path) -> None:
    engine = OnnxFaceEngine(installed(tmp_path))
    assert (engine.state().available, engine.state().loaded) == (True, False)
    (face,) = engine.detect(picture(1))
    assert face.box == pytest.approx(BOX, abs=0.01)
    assert face.quality.eye_distance_px == pytest.approx(80, abs=0.01)
    mine, again = engine.embed(picture(1), face), engine.embed(picture(1), face)
    other = engine.embed(picture(2), face)
    assert engine.compare(mine, again).band is FaceBand.MATCH
    assert engine.compare(mine, other).band is FaceBand.DIFFERENT
    assert not engine.compare(mine, again).is_certified
    assert (mine.model, mine.model.dimension, len(mine.vector)) == (engine.model, 48, 4 * 48)
    assert engine.state().loaded


def test_opencvs_own_classes_see_the_same_face_with_the_same_networks(tmp_path: Path) -> None:
    """OpenCV's YuNet and SFace are the reference for what goes in and what comes out; here they are only compared."""
    models = installed(tmp_path)
    engine, image = OnnxFaceEngine(models), picture(3)
    (face,) = engine.detect(image)
    theirs = cv2.FaceDetectorYN.create(str(models / "face-detector" / "net.onnx"), "", (SIDE, SIDE), 0.8, 0.3)
    _, ((left, top, width, height, *points, score),) = theirs.detect(pixels_of(image))
    assert face.box == pytest.approx((left, top, left + width, top + height), abs=0.01)
    assert np.array(face.landmarks).reshape(-1) == pytest.approx(points, abs=0.01)
    assert face.score == pytest.approx(score, abs=1e-5)
    embedder = cv2.FaceRecognizerSF.create(str(models / "face-embedder" / "net.onnx"), "")
    row = np.array([[left, top, width, height, *points, score]], np.float32)
    square = embedder.alignCrop(pixels_of(image), row)
    ours = upright(pixels_of(image), np.array(face.landmarks), 112)
    assert np.abs(square.astype(int) - ours).max() <= 2


def test_a_larger_picture_gives_the_place_in_the_original(tmp_path: Path) -> None:
    engine = OnnxFaceEngine(installed(tmp_path))
    (face,) = engine.detect(picture(1, side=960))
    assert face.box == pytest.approx(np.array(BOX) * 3, abs=0.01)
    small, large = OnnxFaceEngine(tmp_path / "models"), engine
    one = small.embed(picture(1), small.detect(picture(1))[0])
    assert large.compare(one, large.embed(picture(1, side=960), face)).score_0_1 > 0.95


def test_where_the_network_sees_nobody_there_is_nobody(tmp_path: Path) -> None:
    assert OnnxFaceEngine(installed(tmp_path, sees=False)).detect(picture(1)) == ()


def test_a_face_of_another_picture_or_engine_is_refused(tmp_path: Path) -> None:
    engine = OnnxFaceEngine(installed(tmp_path))
    (face,) = engine.detect(picture(1, side=3200))
    with pytest.raises(FaceRefused) as elsewhere:
        engine.embed(picture(1, side=320), face)
    assert elsewhere.value.code == "face_outside_picture"
    foreign = type(face)(face.box, face.score, face.landmarks, face.quality, "dlib-faces")
    with pytest.raises(FaceRefused) as another:
        engine.embed(picture(1, side=3200), foreign)
    assert another.value.code == "face_of_another_engine"


def test_a_changed_file_is_never_loaded(tmp_path: Path) -> None:
    models = installed(tmp_path)
    (models / "face-embedder" / "net.onnx").write_bytes(mosaic_network(112, 8))
    engine = OnnxFaceEngine(models)
    assert (engine.state().available, engine.state().detail) == (False, "weights_changed")
    with pytest.raises(WeightsError):
        engine.detect(picture(1))


@pytest.mark.parametrize(
    "sections",
    [
        "",
        embedder_sections(embedding="dimension = 48"),
        embedder_sections(embedding=EMBEDDING.replace('"rgb"', '"cmyk"')),
        embedder_sections(embedding=EMBEDDING.replace("48", "1000000")),
        embedder_sections(embedding=EMBEDDING.replace("112", '"wide"')),
        embedder_sections(thresholds="match_at = 0.9"),
        embedder_sections(thresholds=THRESHOLDS.replace("0.8", "0.95")),
        embedder_sections(thresholds=THRESHOLDS.replace("0.9", "nan")),
    ],
)
def test_a_pack_that_does_not_say_how_it_is_used_makes_the_engine_unavailable(tmp_path: Path, sections: str) -> None:
    engine = OnnxFaceEngine(installed(tmp_path, sections=sections))
    assert (engine.state().available, engine.state().detail) == (False, "weights_pack_malformed")
    with pytest.raises(WeightsError):
        engine.detect(picture(1))


def test_a_network_of_another_dimension_than_promised_is_refused(tmp_path: Path) -> None:
    engine = OnnxFaceEngine(installed(tmp_path, sections=embedder_sections(EMBEDDING.replace("48", "64"))))
    (face,) = engine.detect(picture(1))
    with pytest.raises(FaceRefused) as refusal:
        engine.embed(picture(1), face)
    assert refusal.value.code == "face_template_malformed"


def test_a_maker_cannot_certify_thresholds_for_a_site(tmp_path: Path) -> None:
    sections = embedder_sections(thresholds=THRESHOLDS + "\nis_certified = true")
    assert not OnnxFaceEngine(installed(tmp_path, sections=sections)).thresholds.is_certified


def test_another_file_is_another_model(tmp_path: Path) -> None:
    first = OnnxFaceEngine(installed(tmp_path / "a")).model
    models = tmp_path / "b" / "models"
    import_weights(write_pack(tmp_path / "b" / "d", "face-detector", detector()), models, "MIT")
    pack = write_pack(tmp_path / "b" / "e", "face-embedder", mosaic_network(112, 8), sections=embedder_sections())
    import_weights(pack, models, "MIT")
    assert OnnxFaceEngine(models).model != first


def test_the_licence_comes_along_and_must_be_there(tmp_path: Path) -> None:
    models = installed(tmp_path)
    assert (models / "face-embedder" / "LICENSE").read_text("utf-8") == "Do as you like."
    pack = write_pack(tmp_path / "x", "other", b"net", licence=False)
    with pytest.raises(WeightsError) as refusal:
        import_weights(pack, tmp_path / "elsewhere", "MIT")
    assert refusal.value.code == "weights_pack_malformed"
