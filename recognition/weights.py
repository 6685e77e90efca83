"""Which model files exist, where they came from, and whether they are still the files that were measured."""

import hashlib
import importlib.util
import io
import shutil
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Final, get_type_hints

_MANIFEST: Final = Path(__file__).with_name("weights.toml")
_PACK_MANIFEST: Final = "manifest.toml"
_LONGEST_LICENCE: Final = 1_000_000


class WeightsError(RuntimeError):
    """A model file that may not be used; `code` is stable, `model_id` says which."""

    kind = "unavailable"

    def __init__(self, code: str, model_id: str, message: str) -> None:
        super().__init__(f"{model_id}: {message}")
        self.code = code
        self.model_id = model_id


@dataclass(frozen=True, slots=True)
class BandThresholds:
    """Weakest-character probabilities (0 to 1) from which a plate is accepted or shown to a person."""

    accept_at: float
    review_at: float


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One model file as the manifest records it; `package` is empty for a pack an operator imported."""

    id: str
    version: str
    package: str
    file: str
    bytes: int
    sha256: str
    licence: str
    source: str
    input: str
    optional: bool = False
    """Whether the product does without it: files of the engine that PROFILE=light leaves out, packs for a slot."""
    licence_file: str = ""
    """The licence's text within a pack, kept beside the model; empty where its name says everything."""


_FIELD_TYPES: Final = get_type_hints(ModelFile)


@dataclass(frozen=True, slots=True)
class WeightsState:
    """One line of the operator's list: the file, where it lies (None where an optional one is not installed),
    and what is wrong with it (else empty).
    """

    model: ModelFile
    path: Path | None
    problem: str


@cache
def plate_thresholds() -> BandThresholds:
    """The bands of plate readings as measured; the evidence stands beside them in `weights.toml`."""
    bands = _toml(_MANIFEST)["plates"]["bands"]
    return BandThresholds(bands["accept_at"], bands["review_at"])


@cache
def card_field_sure_at() -> float:
    """Weakest-character probability (0 to 1) from which a field of an identity card needs no second look."""
    return float(_toml(_MANIFEST)["documents"]["sure_at"])


def list_weights(model_dir: Path | None = None) -> list[WeightsState]:
    """Every known model file, those of the wheels first, then the packs under `model_dir`, each checked."""
    return [_state(model, model_dir) for model in _known(model_dir)]


def verify_weights(model_dir: Path | None = None) -> None:
    """Raises `WeightsError` for the first model file that is missing or is not the one recorded."""
    for model in _known(model_dir):
        if not _left_out(model, _path(model, model_dir)):
            _checked(model, model_dir)


def weights_path(model_id: str, model_dir: Path | None = None) -> Path:
    """The verified file of a model; raises `WeightsError` if unknown, missing or changed."""
    return _checked(model_file(model_id, model_dir), model_dir)


def model_file(model_id: str, model_dir: Path | None = None) -> ModelFile:
    """What is recorded of a model, whether or not its file is there; raises `WeightsError` if unknown."""
    for model in _known(model_dir):
        if model.id == model_id:
            return model
    raise WeightsError("weights_unknown", model_id, "not in the manifest and in no imported pack")


def imported_version(model_id: str, model_dir: Path) -> str | None:
    """The version of a pack that an operator imported, or None; raises `WeightsError` for a changed file."""
    pack = next((model for model in _known(model_dir) if model.id == model_id and not model.package), None)
    if pack is None or _left_out(pack, _path(pack, model_dir)):
        return None
    _checked(pack, model_dir)
    return pack.version


def manifest_section(name: str) -> Mapping[str, Any]:
    """What `weights.toml` records beside the files: thresholds, for example, and their evidence."""
    section: Mapping[str, Any] = _toml(_MANIFEST)[name]
    return section


def pack_section(model_id: str, model_dir: Path, name: str) -> Mapping[str, Any]:
    """A section of an imported pack's own manifest; raises `WeightsError` where it has none."""
    section = _toml(model_dir / model_id / _PACK_MANIFEST).get(name)
    if not isinstance(section, Mapping):
        raise WeightsError("weights_pack_malformed", model_id, f"its manifest has no section {name}")
    return section


def import_weights(pack: Path, model_dir: Path, accepted_licence: str) -> ModelFile:
    """Takes an operator's pack (a folder or zip of `manifest.toml` and the files it names) into `model_dir`.

    The licence must be repeated word for word, so that nobody accepts one unread. Raises `WeightsError`.
    """
    with _unpacked(pack) as folder:
        model = _only_model(_toml(folder / _PACK_MANIFEST), pack.name)
        if model.licence != accepted_licence:
            raise WeightsError("weights_licence_not_accepted", model.id, f"its licence is {model.licence!r}")
        _check(model, folder / model.file)
        if model.licence_file and not (folder / model.licence_file).is_file():
            raise WeightsError("weights_pack_malformed", model.id, "the licence's text that it names is not there")
        _install(model, folder, model_dir)
    return model


def _install(model: ModelFile, folder: Path, model_dir: Path) -> None:
    """Copies aside and renames, so that no reader ever sees half a pack."""
    model_dir.mkdir(parents=True, exist_ok=True)
    target = model_dir / model.id
    if target.exists():
        raise WeightsError("weights_already_imported", model.id, "remove the folder first")
    staging = Path(tempfile.mkdtemp(prefix=".import-", dir=model_dir))
    for name in _pack_names(model):
        shutil.copyfile(folder / name, staging / name)
    staging.chmod(0o755)
    staging.rename(target)


def _pack_names(model: ModelFile) -> list[str]:
    return [name for name in (_PACK_MANIFEST, model.file, model.licence_file) if name]


def _known(model_dir: Path | None) -> list[ModelFile]:
    models = [_model(entry) for entry in _toml(_MANIFEST)["model"]]
    paths = sorted(model_dir.glob(f"*/{_PACK_MANIFEST}")) if model_dir else []
    packs = [_only_model(_toml(path), path.parent.name) for path in paths]
    imported = {pack.id for pack in packs}
    return [model for model in models if model.package or model.id not in imported] + packs


def _state(model: ModelFile, model_dir: Path | None) -> WeightsState:
    path = _path(model, model_dir)
    if _left_out(model, path):
        return WeightsState(model, None, "")
    try:
        _check(model, path)
    except WeightsError as error:
        return WeightsState(model, path, error.code)
    return WeightsState(model, path, "")


def _checked(model: ModelFile, model_dir: Path | None) -> Path:
    path = _path(model, model_dir)
    _check(model, path)
    assert path is not None  # noqa: S101 - `_check` refuses a missing file
    return path


def _path(model: ModelFile, model_dir: Path | None) -> Path | None:
    if not model.package:
        return model_dir / model.id / model.file if model_dir else None
    spec = importlib.util.find_spec(model.package)
    return Path(spec.submodule_search_locations[0]) / model.file if spec and spec.submodule_search_locations else None


def _left_out(model: ModelFile, path: Path | None) -> bool:
    """Whether an optional file is not there at all; one that is there must be the recorded one."""
    return model.optional and (path is None or not path.exists())


def _check(model: ModelFile, path: Path | None) -> None:
    if path is None or not path.is_file():
        raise WeightsError("weights_missing", model.id, "the file is not there")
    if path.stat().st_size != model.bytes or _sha256(path) != model.sha256:
        raise WeightsError("weights_changed", model.id, "size or SHA-256 differ from the manifest")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _only_model(manifest: dict[str, Any], pack_name: str) -> ModelFile:
    entries = manifest.get("model", [])
    if not isinstance(entries, list) or len(entries) != 1 or not isinstance(entries[0], dict):
        raise WeightsError("weights_pack_malformed", pack_name, "a pack's manifest names exactly one model")
    model = _model({**entries[0], "package": ""})
    if any(Path(name).name != name for name in (model.file, model.id, model.licence_file)):
        raise WeightsError("weights_pack_malformed", pack_name, "id and files are plain names")
    return model


def _model(entry: dict[str, Any]) -> ModelFile:
    missing = [field.name for field in fields(ModelFile) if field.default is MISSING and field.name not in entry]
    if missing:
        raise WeightsError("weights_pack_malformed", str(entry.get("id")), f"lacks {', '.join(missing)}")
    given = {field.name: entry[field.name] for field in fields(ModelFile) if field.name in entry}
    wrong = [name for name, value in given.items() if type(value) is not _FIELD_TYPES[name]]
    if wrong:
        raise WeightsError("weights_pack_malformed", str(entry["id"]), f"of the wrong kind: {', '.join(wrong)}")
    return ModelFile(**given)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsError("weights_pack_malformed", path.parent.name, "no readable manifest") from error


@contextmanager
def _unpacked(pack: Path) -> Iterator[Path]:
    if pack.is_dir():
        yield pack
        return
    with tempfile.TemporaryDirectory() as folder:
        _unzip(pack, Path(folder))
        yield Path(folder)


def _unzip(pack: Path, folder: Path) -> None:
    """Takes only the manifest and the files it names, no further than the bytes it promises."""
    try:
        with zipfile.ZipFile(io.BytesIO(pack.read_bytes())) as archive:
            (folder / _PACK_MANIFEST).write_bytes(archive.read(_PACK_MANIFEST))
            model = _only_model(_toml(folder / _PACK_MANIFEST), pack.name)
            _unzip_one(archive, model.file, folder, model.bytes)
            if model.licence_file:
                _unzip_one(archive, model.licence_file, folder, _LONGEST_LICENCE)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise WeightsError("weights_pack_malformed", pack.name, "not a readable pack") from error


def _unzip_one(archive: zipfile.ZipFile, name: str, folder: Path, most_bytes: int) -> None:
    with archive.open(name) as source:
        (folder / name).write_bytes(source.read(most_bytes + 1))
