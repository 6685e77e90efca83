"""Templates as vectors, and how alike two are; every model has the same scale, 1 less half the distance."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from recognition.face_contracts import (
    FaceBand,
    FaceComparison,
    FaceModel,
    FaceRefused,
    FaceTemplate,
    FaceThresholds,
)

Vectors = NDArray[np.float32]

_STORED_AS: Final = np.dtype("<f4")
_UNIT_WITHIN: Final = 1e-3


def template_of(model: FaceModel, features: NDArray[Any]) -> FaceTemplate:
    """What a network put out, of any length, as a template; raises `FaceRefused` for what is no vector of the model."""
    flat = np.asarray(features, np.float64).reshape(-1)
    length = float(np.linalg.norm(flat))
    if flat.shape != (model.dimension,) or not np.isfinite(length) or length == 0:
        raise FaceRefused("face_template_malformed", "not a vector of the model")
    return FaceTemplate(model, (flat / length).astype(_STORED_AS).tobytes())


def vector_of(template: FaceTemplate) -> Vectors:
    """The unit vector; raises `FaceRefused` where the bytes are not one, since they come from a store."""
    if len(template.vector) != template.model.dimension * _STORED_AS.itemsize:
        raise FaceRefused("face_template_malformed", "wrong number of bytes")
    vector = np.frombuffer(template.vector, _STORED_AS).astype(np.float32)
    if not abs(float(np.linalg.norm(vector)) - 1) <= _UNIT_WITHIN:
        raise FaceRefused("face_template_malformed", "not a unit vector")
    return vector


def matrix_of(templates: Sequence[FaceTemplate]) -> Vectors:
    """One row a template, all of one model; raises `FaceRefused`."""
    if len({template.model for template in templates}) != 1:
        raise FaceRefused("face_models_differ", "templates of one model are needed")
    return np.stack([vector_of(template) for template in templates])


def scores_between(rows: Vectors, columns: Vectors) -> Vectors:
    """How alike each row is to each column: 1 - distance / 2, so 1 for the same and 0 for the opposite vector."""
    cosines = np.clip(rows @ columns.T, -1, 1)
    scores: Vectors = 1 - np.sqrt((1 - cosines) / 2)
    return scores


def score_of_distance(distance: float) -> float:
    """The score of two unit vectors that are so far apart (0 to 2)."""
    return 1 - distance / 2


def compare(one: FaceTemplate, other: FaceTemplate, thresholds: FaceThresholds) -> FaceComparison:
    """One against one; raises `FaceRefused` where the two, or the thresholds, are of different models."""
    if not one.model == other.model == thresholds.model:
        raise FaceRefused("face_models_differ", "templates and thresholds are of different models")
    score = float(scores_between(vector_of(one)[None], vector_of(other)[None])[0, 0])
    return FaceComparison(score, band_of(score, thresholds), thresholds.is_certified)


def band_of(score_0_1: float, thresholds: FaceThresholds) -> FaceBand:
    """The band of a score."""
    if score_0_1 >= thresholds.match_at:
        return FaceBand.MATCH
    return FaceBand.GREY if score_0_1 >= thresholds.grey_at else FaceBand.DIFFERENT
