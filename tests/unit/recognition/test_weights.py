"""No model file is used unless it is the one that was recorded."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from recognition import weights
from recognition.plates.reader import OcrPlateReader
from recognition.weights import WeightsError, import_weights, list_weights, verify_weights, weights_path

LICENCE = "MIT"
BODY = b"not really a network" * 50


def pack(folder: Path, *, body: bytes = BODY, promised: bytes = BODY, file: str = "net.onnx") -> Path:
    """An operator's pack whose manifest promises `promised` and whose file holds `body`."""
    folder.mkdir()
    (folder / "net.onnx").write_bytes(body)
    lines = {
        "id": "lpd-yunet",
        "version": "2023mar",
        "file": file,
        "sha256": hashlib.sha256(promised).hexdigest(),
        "licence": LICENCE,
        "source": "an operator",
        "input": "1×3×240×320",
    }
    manifest = "\n".join(f'{key} = "{value}"' for key, value in lines.items())
    (folder / "manifest.toml").write_text(f"[[model]]\n{manifest}\nbytes = {len(promised)}\n", "utf-8")
    return folder


def zipped(folder: Path) -> Path:
    target = folder.with_suffix(".zip")
    with zipfile.ZipFile(target, "w") as archive:
        for path in folder.iterdir():
            archive.write(path, path.name)
    return target


def code_of(refusal: pytest.ExceptionInfo[WeightsError]) -> str:
    return refusal.value.code


def test_the_weights_of_the_wheels_are_the_recorded_ones() -> None:
    verify_weights()
    assert {state.problem for state in list_weights()} == {""}
    assert {state.model.licence for state in list_weights()} == {"Apache-2.0", "CC0-1.0", "MIT"}


def test_a_pack_is_imported_listed_and_found(tmp_path: Path) -> None:
    model = import_weights(pack(tmp_path / "pack"), tmp_path / "models", LICENCE)
    path = weights_path(model.id, tmp_path / "models")
    assert path.read_bytes() == BODY
    assert [s.problem for s in list_weights(tmp_path / "models") if s.model.id == model.id] == [""]


def test_a_zipped_pack_is_imported_too(tmp_path: Path) -> None:
    import_weights(zipped(pack(tmp_path / "pack")), tmp_path / "models", LICENCE)
    verify_weights(tmp_path / "models")


def test_models_are_found_in_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    model = import_weights(pack(tmp_path / "pack"), tmp_path / "models", LICENCE)
    (tmp_path / "models").chmod(0o555)
    assert weights_path(model.id, tmp_path / "models").is_file()


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    model = import_weights(pack(tmp_path / "pack"), tmp_path / "models", LICENCE)
    path = weights_path(model.id, tmp_path / "models")
    path.write_bytes(BODY[:-1] + b"!")
    with pytest.raises(WeightsError) as refusal:
        verify_weights(tmp_path / "models")
    assert code_of(refusal) == "weights_changed"
    assert [s.problem for s in list_weights(tmp_path / "models") if s.model.id == model.id] == ["weights_changed"]


@pytest.mark.parametrize("body", [BODY + b"more", b"short", b""])
def test_a_pack_that_breaks_its_own_promise_is_refused(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(WeightsError) as refusal:
        import_weights(zipped(pack(tmp_path / "pack", body=body)), tmp_path / "models", LICENCE)
    assert code_of(refusal) == "weights_changed"
    assert not (tmp_path / "models").exists()


def test_a_pack_whose_licence_nobody_accepted_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError) as refusal:
        import_weights(pack(tmp_path / "pack"), tmp_path / "models", "Apache-2.0")
    assert code_of(refusal) == "weights_licence_not_accepted"


def test_a_pack_cannot_write_outside_its_folder(tmp_path: Path) -> None:
    with pytest.raises(WeightsError) as refusal:
        import_weights(pack(tmp_path / "pack", file="../net.onnx"), tmp_path / "models", LICENCE)
    assert code_of(refusal) == "weights_pack_malformed"


@pytest.mark.parametrize(
    ("promise", "instead"),
    [
        ('id = "lpd-yunet"', "id = 5"),
        ('id = "lpd-yunet"', 'id = ""'),
        ('file = "net.onnx"', "file = true"),
        ('file = "net.onnx"', 'file = ".."'),
        ("bytes = ", 'bytes = "many" # '),
        ("bytes = ", "bytes = 1.5 # "),
        ('source = "an operator"', 'source = "an operator"\nlicence_file = 7'),
        ('source = "an operator"', 'source = "an operator"\nlicence_file = "../../secret"'),
        ('source = "an operator"', 'source = "an operator"\nlicence_file = "not there"'),
        ("[[model]]", "[[model]]\n[[model]]"),
        ("[[model]]", "model = 3\n[x]"),
        ("[[model]]", "model = [3]\n[x]"),
        ("[[model]]", "[[model"),
    ],
)
def test_a_manifest_of_garbage_is_refused_by_its_code(tmp_path: Path, promise: str, instead: str) -> None:
    folder = pack(tmp_path / "pack")
    manifest = (folder / "manifest.toml").read_text("utf-8")
    (folder / "manifest.toml").write_text(manifest.replace(promise, instead, 1), "utf-8")
    for given in (folder, zipped(folder)):
        with pytest.raises(WeightsError):
            import_weights(given, tmp_path / "models", LICENCE)
    assert not list(tmp_path.glob("models/*"))


def test_a_zipped_pack_brings_the_text_of_its_licence(tmp_path: Path) -> None:
    folder = pack(tmp_path / "pack")
    (folder / "LICENSE").write_text("Do as you like.", "utf-8")
    with (folder / "manifest.toml").open("a") as manifest:
        manifest.write('licence_file = "LICENSE"\n')
    model = import_weights(zipped(folder), tmp_path / "models", LICENCE)
    assert (tmp_path / "models" / model.id / "LICENSE").read_text("utf-8") == "Do as you like."


def test_a_pack_is_never_imported_over_another(tmp_path: Path) -> None:
    import_weights(pack(tmp_path / "pack"), tmp_path / "models", LICENCE)
    with pytest.raises(WeightsError) as refusal:
        import_weights(tmp_path / "pack", tmp_path / "models", LICENCE)
    assert code_of(refusal) == "weights_already_imported"


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(WeightsError) as refusal:
        weights_path("no-such-model")
    assert code_of(refusal) == "weights_unknown"


def test_an_engine_says_how_it_is_without_loading() -> None:
    state = OcrPlateReader().state()
    assert (state.available, state.loaded, state.detail) == (True, False, "")


def test_the_manifest_names_no_model_twice() -> None:
    ids = [state.model.id for state in weights.list_weights()]
    assert len(ids) == len(set(ids))
