"""Faces by dlib: HOG detector, five landmarks, ResNet of 128 dimensions; weights of the wheel, public domain (CC0).

The 68-point predictor in the same wheel is not used: the pictures it was trained on are for research only.
"""

import importlib
import importlib.util
import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.contracts import EngineState, Point
from recognition.face_contracts import (
    Face,
    FaceComparison,
    FaceModel,
    FaceTemplate,
    FaceThresholds,
)
from recognition.faces import templates
from recognition.faces.limits import model_of, thresholds_of
from recognition.faces.measures import quality_of
from recognition.faces.pose import NOSE_BASE
from recognition.faces.views import Box, check_place, extent_of, view_of
from recognition.images import DecodedImage
from recognition.pixels import Pixels, pixels_of
from recognition.weights import WeightsError, manifest_section, model_file, weights_path

LANDMARKS_ID: Final = "dlib-face-landmarks-5"
RESNET_ID: Final = "dlib-face-resnet"

_LIBRARY: Final = "dlib"
_NAME: Final = "dlib-faces"
_DIMENSION: Final = 128
_PREPARATION: Final = 1
"""Of what is done around the networks; raise it when templates change by it."""
_LOOKS_PX: Final = (480, 960)
"""Longest sides that are searched, the second only where the first shows nobody; faces of 80 pixels or more show."""
_LARGEST_SCALE: Final = 2.0
"""A small picture is blown up so far, so that a face too small to use is called that and not overlooked."""
_LANDMARKS: Final = 5
_LANDMARKS_PX: Final = 240
"""Size to which a face's box is brought before its landmarks are sought: dlib gives whole pixels only."""
_EXTENT_PX: Final = 120
"""Size to which the landmarks are brought before the chip is cut, for the same reason; in the chip they have 74."""
_CHIP_PX: Final = 150
_CHIP_PADDING: Final = 0.25


@dataclass(frozen=True, slots=True)
class _Networks:
    """dlib's own objects; none of them may be used by two threads at once."""

    dlib: Any
    detector: Any
    landmarks: Any
    resnet: Any


class DlibFaceEngine:
    """Finds and describes faces by dlib; weights are verified and loaded at the first picture."""

    def __init__(self, model_dir: Path | None = None, *, library: str = _LIBRARY) -> None:
        self._model_dir = model_dir
        self._library = library
        self._lock = threading.Lock()

    @property
    def model(self) -> FaceModel:
        """What its templates are of, whether or not it is installed."""
        return self._model

    def detect(self, image: DecodedImage) -> tuple[Face, ...]:
        """Every face in the picture, the largest first; raises `WeightsError`."""
        pixels = pixels_of(image)
        with self._lock:
            networks = self._networks
            found = next((faces for scale in _scales(pixels) if (faces := _look(networks, pixels, scale))), [])
        return tuple(sorted(found, key=lambda face: face.height_px, reverse=True))

    def embed(self, image: DecodedImage, face: Face) -> FaceTemplate:
        """The template of a face that this engine found in this picture; raises `FaceRefused` and `WeightsError`."""
        pixels = pixels_of(image)
        check_place(face, _NAME, pixels)
        with self._lock:
            features = _features(self._networks, pixels, face)
        return templates.template_of(self._model, features)

    def compare(
        self, one: FaceTemplate, other: FaceTemplate, thresholds: FaceThresholds | None = None
    ) -> FaceComparison:
        """How alike two templates are; raises `FaceRefused`."""
        return templates.compare(one, other, thresholds or self.thresholds)

    def state(self) -> EngineState:
        """Whether dlib is installed, its weights there and unchanged; loads nothing."""
        problem = ""
        try:
            self._check()
        except WeightsError as error:
            problem = error.code
        return EngineState(_NAME, self._model.version, "_networks" in self.__dict__, not problem, problem)

    def _check(self) -> None:
        if importlib.util.find_spec(self._library) is None:
            raise WeightsError("engine_not_installed", _NAME, f"needs {self._library}, which is not installed")
        for model_id in (LANDMARKS_ID, RESNET_ID):
            weights_path(model_id, self._model_dir)

    @cached_property
    def _model(self) -> FaceModel:
        return model_of(model_file(RESNET_ID, self._model_dir), _DIMENSION, _PREPARATION)

    @cached_property
    def thresholds(self) -> FaceThresholds:
        """Of its model, before any calibration; raises `WeightsError`."""
        return thresholds_of(self._model, manifest_section("faces")["thresholds"][RESNET_ID])

    @cached_property
    def _networks(self) -> _Networks:
        self._check()
        # Only here: small gate boxes do not have it, and web processes must not pay for it.
        dlib = importlib.import_module(self._library)
        return _Networks(
            dlib,
            dlib.get_frontal_face_detector(),
            dlib.shape_predictor(str(weights_path(LANDMARKS_ID, self._model_dir))),
            dlib.face_recognition_model_v1(str(weights_path(RESNET_ID, self._model_dir))),
        )


def _scales(pixels: Pixels) -> list[float]:
    """At which the picture is searched, smallest first."""
    return sorted({min(_LARGEST_SCALE, longest_px / max(pixels.shape[:2])) for longest_px in _LOOKS_PX})


def _look(networks: _Networks, pixels: Pixels, scale: float) -> list[Face]:
    """The faces that show at this scale of the picture."""
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    grey = cv2.cvtColor(cv2.resize(pixels, size, interpolation=method), cv2.COLOR_BGR2GRAY)
    found, scores, _ = networks.detector.run(grey, 0, 0.0)
    boxes = [
        (one.left() / scale, one.top() / scale, (one.right() + 1) / scale, (one.bottom() + 1) / scale) for one in found
    ]
    return [_face(networks, pixels, box, float(score)) for box, score in zip(boxes, scores, strict=True)]


def _face(networks: _Networks, pixels: Pixels, box: Box, score: float) -> Face:
    view = view_of(pixels, box, _LANDMARKS_PX)
    dlib = networks.dlib
    rectangle = dlib.rectangle(*(round(v) for corner in (box[:2], box[2:]) for v in view.inside(corner)))
    shape = networks.landmarks(cv2.cvtColor(view.pixels, cv2.COLOR_BGR2GRAY), rectangle)
    points = tuple(view.outside((shape.part(i).x, shape.part(i).y)) for i in range(_LANDMARKS))
    left, right = _middle(points[2], points[3]), _middle(points[0], points[1])
    return Face(box, score, points, quality_of(pixels, box, left, right, points[4], NOSE_BASE), _NAME)


def _middle(one: Point, other: Point) -> Point:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def _features(networks: _Networks, pixels: Pixels, face: Face) -> NDArray[np.float64]:
    dlib = networks.dlib
    view = view_of(pixels, extent_of(face), _EXTENT_PX)
    points = [dlib.point(*(round(v) for v in view.inside(point))) for point in face.landmarks]
    red_first = np.ascontiguousarray(view.pixels[:, :, ::-1])
    shape = dlib.full_object_detection(dlib.rectangle(0, 0, *red_first.shape[1::-1]), points)
    chip = dlib.get_face_chip(red_first, shape, size=_CHIP_PX, padding=_CHIP_PADDING)
    return np.array(networks.resnet.compute_face_descriptor(chip))
