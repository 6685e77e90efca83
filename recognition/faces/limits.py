"""Thresholds and limits as the manifests record them: the library's own, or those of an imported pack."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from recognition.face_contracts import FaceModel, FaceThresholds
from recognition.faces.advice import QualityLimits
from recognition.weights import ModelFile, WeightsError, manifest_section


@cache
def enrolment_limits() -> QualityLimits:
    """What a picture that a template is made of must be."""
    return QualityLimits(**manifest_section("faces")["enrolment"])


@cache
def gate_limits() -> QualityLimits:
    """What a picture at a gate must be for a comparison to mean anything."""
    return QualityLimits(**manifest_section("faces")["gate"])


def model_of(file: ModelFile, dimension: int, preparation: int) -> FaceModel:
    """A model's identity: its file's version and hash, and the version of what is done to a picture before it."""
    return FaceModel(file.id, f"{file.version}+{file.sha256[:8]}.{preparation}", dimension)


def thresholds_of(model: FaceModel, section: Mapping[str, Any]) -> FaceThresholds:
    """The thresholds that a manifest's section gives; raises `WeightsError` where it is not usable."""
    try:
        match_at, grey_at = float(section["match_at"]), float(section["grey_at"])
        evidence = str(section["evidence"])
    except (KeyError, TypeError, ValueError) as error:
        raise WeightsError("weights_pack_malformed", model.id, "thresholds need match_at, grey_at, evidence") from error
    if not 0 < grey_at <= match_at <= 1:
        raise WeightsError("weights_pack_malformed", model.id, "0 < grey_at <= match_at <= 1 does not hold")
    # Only a calibration on the site's own people certifies: no maker's figure holds for them.
    return FaceThresholds(model, match_at, grey_at, is_certified=False, evidence=evidence)
