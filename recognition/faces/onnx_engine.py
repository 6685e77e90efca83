"""Faces by two imported networks on onnxruntime: a detector with YuNet's outputs, an embedder of ArcFace's kind.

Nothing of them comes with the product. The embedder's manifest says what it must be fed and where its thresholds lie;
`docs/operations.md` shows one.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from recognition.contracts import EngineState
from recognition.face_contracts import (
    Face,
    FaceComparison,
    FaceModel,
    FaceTemplate,
    FaceThresholds,
)
from recognition.faces import templates
from recognition.faces.alignment import upright
from recognition.faces.limits import model_of, thresholds_of
from recognition.faces.measures import quality_of
from recognition.faces.pose import NOSE_TIP
from recognition.faces.views import check_place
from recognition.faces.yunet import MODEL_ID as DETECTOR_ID
from recognition.faces.yunet import FaceDetector, Found
from recognition.images import DecodedImage
from recognition.pixels import Pixels, pixels_of
from recognition.sessions import OnnxModel, Tensor
from recognition.weights import WeightsError, model_file, pack_section, weights_path

EMBEDDER_ID: Final = "face-embedder"

_NAME: Final = "onnx-faces"
_PREPARATION: Final = 1
_COLOURS: Final = ("rgb", "bgr")


@dataclass(frozen=True, slots=True)
class Feed:
    """What an embedder takes: a square of `size_px`, colours in this order, each (value - mean) × scale."""

    dimension: int
    size_px: int
    colours: str
    mean: float
    scale: float

    @classmethod
    def of(cls, section: Mapping[str, Any]) -> "Feed":
        """As a pack's manifest says under `[embedding]`; raises `WeightsError`."""
        try:
            feed = cls(
                int(section["dimension"]),
                int(section["size_px"]),
                str(section["colours"]),
                float(section["mean"]),
                float(section["scale"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            message = "embedding needs dimension, size_px, colours, mean, scale"
            raise WeightsError("weights_pack_malformed", EMBEDDER_ID, message) from error
        if feed.colours not in _COLOURS or not 16 <= feed.dimension <= 4096 or not 32 <= feed.size_px <= 512:
            raise WeightsError("weights_pack_malformed", EMBEDDER_ID, "embedding is out of range")
        return feed

    def tensor(self, square: Pixels) -> Tensor:
        """A square cut out of a picture, blue first, as 1 × 3 × size × size."""
        ordered = square if self.colours == "bgr" else square[:, :, ::-1]
        values = (ordered.astype(np.float32) - np.float32(self.mean)) * np.float32(self.scale)
        return np.ascontiguousarray(values.transpose(2, 0, 1)[None])


@dataclass(frozen=True, slots=True)
class _Networks:
    detector: FaceDetector
    embedder: OnnxModel


class OnnxFaceEngine:
    """Finds and describes faces by imported networks; they are verified and loaded at the first picture."""

    def __init__(self, model_dir: Path | None, *, threads: int = 2) -> None:
        self._model_dir = model_dir
        self._threads = threads
        self._loading = threading.Lock()

    @property
    def model(self) -> FaceModel:
        """What its templates are of; raises `WeightsError` where no pack is there."""
        return self._model

    def detect(self, image: DecodedImage) -> tuple[Face, ...]:
        """Every face in the picture, the largest first; raises `WeightsError`."""
        pixels = pixels_of(image)
        found = [_face(pixels, one) for one in self._loaded().detector(pixels)]
        return tuple(sorted(found, key=lambda face: face.height_px, reverse=True))

    def embed(self, image: DecodedImage, face: Face) -> FaceTemplate:
        """The template of a face that this engine found in this picture; raises `FaceRefused` and `WeightsError`."""
        pixels = pixels_of(image)
        check_place(face, _NAME, pixels)
        square = upright(pixels, np.array(face.landmarks), self._feed.size_px)
        return templates.template_of(self._model, self._loaded().embedder(self._feed.tensor(square)))

    def compare(
        self, one: FaceTemplate, other: FaceTemplate, thresholds: FaceThresholds | None = None
    ) -> FaceComparison:
        """How alike two templates are; raises `FaceRefused`."""
        return templates.compare(one, other, thresholds or self.thresholds)

    def state(self) -> EngineState:
        """Whether both packs are there, unchanged and complete; loads nothing."""
        version, problem = "", ""
        try:
            self._check()
            version = self._model.version
        except WeightsError as error:
            problem = error.code
        return EngineState(_NAME, version, "_networks" in self.__dict__, not problem, problem)

    def _check(self) -> None:
        for model_id in (DETECTOR_ID, EMBEDDER_ID):
            weights_path(model_id, self._model_dir)
        _ = self.thresholds, self._feed

    def _loaded(self) -> _Networks:
        with self._loading:
            return self._networks

    def _section(self, name: str) -> Mapping[str, Any]:
        if self._model_dir is None:
            raise WeightsError("weights_missing", EMBEDDER_ID, "the file is not there")
        return pack_section(EMBEDDER_ID, self._model_dir, name)

    @cached_property
    def _feed(self) -> Feed:
        return Feed.of(self._section("embedding"))

    @cached_property
    def _model(self) -> FaceModel:
        return model_of(model_file(EMBEDDER_ID, self._model_dir), self._feed.dimension, _PREPARATION)

    @cached_property
    def thresholds(self) -> FaceThresholds:
        """Of its model, before any calibration; raises `WeightsError`."""
        return thresholds_of(self._model, self._section("thresholds"))

    @cached_property
    def _networks(self) -> _Networks:
        self._check()
        assert self._model_dir is not None  # noqa: S101 - `_check` refuses
        return _Networks(
            FaceDetector(threads=self._threads, model_dir=self._model_dir),
            OnnxModel(EMBEDDER_ID, threads=self._threads, model_dir=self._model_dir),
        )


def _face(pixels: Pixels, found: Found) -> Face:
    left, top, right, bottom = (float(v) for v in found.box)
    points = tuple((float(x), float(y)) for x, y in found.points)
    box = (left, top, right, bottom)
    return Face(box, found.score, points, quality_of(pixels, box, points[0], points[1], points[2], NOSE_TIP), _NAME)
