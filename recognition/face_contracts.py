"""What a face and its template are, and what an engine of faces must offer; light enough for every process.

A template is biometric: whoever stores one encrypts it, and nothing here prints its numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from recognition.contracts import EngineState, Point

if TYPE_CHECKING:
    from recognition.images import DecodedImage


class FaceEngineKind(StrEnum):
    """What finds and describes faces: dlib out of its wheel, or the networks that an operator imported."""

    DLIB = "dlib"
    ONNX = "onnx"


class FaceAdvice(StrEnum):
    """Why a picture of a face is no good: a code, for which the catalogue says what to do better."""

    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    CUT_OFF = "cut_off"
    TOO_SMALL = "too_small"
    BLURRED = "blurred"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    UNEVEN_LIGHT = "uneven_light"
    TURNED_ASIDE = "turned_aside"
    TURNED_UP_OR_DOWN = "turned_up_or_down"
    TILTED = "tilted"


class FaceBand(StrEnum):
    """What two templates say: the same person, a question for somebody who looks, or different persons."""

    MATCH = "match"
    GREY = "grey"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class FaceQuality:
    """What a face in a picture is like; the limits stand in `weights.toml`, `advice_on` compares."""

    eye_distance_px: float
    """Between the middles of the eyes, in the original picture."""
    sharpness: float
    """Fine detail in relation to coarse, at a standard size: about 0.05 for a smear, 0.2 to 0.5 in focus."""
    brightness_0_1: float
    contrast_0_1: float
    unevenness_0_1: float
    """How much brighter one half of the face is than the other."""
    inside_0_1: float
    """Share of the face's box that lies in the picture."""
    yaw_degrees: float
    """Turned aside; positive towards the right of the picture. Like `pitch_degrees` good to about ten degrees."""
    pitch_degrees: float
    """Nodding; positive looks up."""
    roll_degrees: float
    """Leaning; positive is clockwise in the picture."""


@dataclass(frozen=True, slots=True)
class Face:
    """One face: `box` is left, top, right, bottom in pixels of the upright original and may reach beyond it."""

    box: tuple[float, float, float, float]
    score: float
    """How sure the detector is, in its own measure."""
    landmarks: tuple[Point, ...] = field(repr=False)
    """In the order of the engine that found the face; only that engine can describe it."""
    quality: FaceQuality
    engine: str

    @property
    def height_px(self) -> float:
        """Of the box."""
        return self.box[3] - self.box[1]


@dataclass(frozen=True, slots=True)
class FaceModel:
    """Which network made a template: those of different models are never compared."""

    id: str
    version: str
    dimension: int


@dataclass(frozen=True, slots=True)
class FaceTemplate:
    """What a network makes of a face: biometric data, to be stored encrypted, never shown and never logged."""

    model: FaceModel
    vector: bytes = field(repr=False)
    """A unit vector: little-endian float32, four bytes a dimension."""


@dataclass(frozen=True, slots=True)
class FaceThresholds:
    """Scores (0 to 1) from which two templates are one person, or a question; of one model and version."""

    model: FaceModel
    match_at: float
    grey_at: float
    is_certified: bool
    """Whether enough pairs support them; otherwise a match is a suggestion that a person must confirm."""
    evidence: str


@dataclass(frozen=True, slots=True)
class FaceComparison:
    """One template against one other: 1 is the same picture, 0.29 what two random vectors have."""

    score_0_1: float
    band: FaceBand
    is_certified: bool
    """Whether the thresholds are: only then may a match count without somebody who confirms it."""


@dataclass(frozen=True, slots=True)
class FaceCalibration:
    """What a site's own templates prove of its thresholds. Each pair of persons counts once, by its likest pictures."""

    thresholds: FaceThresholds
    target_fmr: float
    persons: int
    templates: int
    impostor_pairs: int
    impostor_pairs_needed: int
    """As many as show the target at the confidence asked for if none of them matches."""
    persons_needed: int
    genuine_pairs: int
    false_matches: int
    fmr_at_most: float
    """Upper bound of the false match rate at `match_at`, one-sided, at `confidence_0_1`."""
    confidence_0_1: float
    fnmr: float | None
    """Share of genuine pairs below `match_at`; None where nobody has two templates."""
    impostor_quantiles: Mapping[str, float]
    """Scores of impostor pairs, by the share of pairs below them: `0.5`, `0.99`, `0.999` and so on."""
    look_at: tuple[tuple[str, str, float], ...]
    """Pairs of persons whose likeness was over the old threshold: twins, or one person enrolled twice."""


class FaceRefused(ValueError):
    """A face or template that cannot be worked with; `code` is stable, the message holds no content."""

    kind = "invalid"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class FaceEngine(Protocol):
    """Finds faces and compares one with one other, never with a crowd; threads may share it.

    It loads its weights at first use and raises `WeightsError` where it cannot. Whether a face is a living one it
    does not know.
    """

    @property
    def model(self) -> FaceModel:
        """What its templates are of, without loading it; raises `WeightsError`."""

    @property
    def thresholds(self) -> FaceThresholds:
        """Of its model, before any calibration on a site's own people; raises `WeightsError`."""

    def detect(self, image: DecodedImage) -> tuple[Face, ...]:
        """Every face in the picture, the largest first."""

    def embed(self, image: DecodedImage, face: Face) -> FaceTemplate:
        """The template of a face that this engine found in this picture; raises `FaceRefused`."""

    def compare(
        self, one: FaceTemplate, other: FaceTemplate, thresholds: FaceThresholds | None = None
    ) -> FaceComparison:
        """How alike two templates are, by the model's own thresholds unless a calibration's are given.

        Raises `FaceRefused` (`face_models_differ`, `face_template_malformed`); loads no weights.
        """

    def state(self) -> EngineState:
        """Whether the engine can work, without loading it."""
