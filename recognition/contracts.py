"""What a reading is, and what an engine must offer; light enough for every process to import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from recognition.weights import BandThresholds, plate_thresholds

if TYPE_CHECKING:
    from recognition.images import DecodedImage

Point = tuple[float, float]
Corners = tuple[Point, Point, Point, Point]


class PlateColour(StrEnum):
    """Ground colour of a plate as GA 36 names it; `UNKNOWN` on infrared and other colourless pictures."""

    BLUE = "blue"
    YELLOW = "yellow"
    GREEN = "green"
    WHITE = "white"
    BLACK = "black"
    UNKNOWN = "unknown"


class PlateKind(StrEnum):
    """Which of GA 36's plates (and those of the army, armed police and airports) the text and ground make."""

    SMALL = "small"
    LARGE = "large"
    NEW_ENERGY = "new_energy"
    POLICE = "police"
    LEARNER = "learner"
    TRAILER = "trailer"
    HONG_KONG = "hong_kong"
    MACAU = "macau"
    EMBASSY = "embassy"
    CONSULATE = "consulate"
    EMERGENCY = "emergency"
    MILITARY = "military"
    ARMED_POLICE = "armed_police"
    CIVIL_AVIATION = "civil_aviation"
    FOREIGN = "foreign"
    UNKNOWN = "unknown"


class Band(StrEnum):
    """What may be done with a reading: act on it, show it to a person, or treat it as unread."""

    ACCEPT = "accept"
    REVIEW = "review"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class CharacterReading:
    """One character, the engine's probability of it, and what else it could be, likeliest first."""

    text: str
    probability_0_1: float
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class PlateReading:
    """One plate: `corners` from the top left, clockwise, in pixels of the upright original."""

    text: str
    kind: PlateKind
    colour: PlateColour
    confidence_0_1: float
    """Probability of the weakest character, never the mean: a plate is as sure as its worst one."""
    characters: tuple[CharacterReading, ...]
    alternatives: tuple[tuple[str, float], ...]
    """Other grammatical readings of the same picture and their confidence, likeliest first."""
    corners: Corners
    engine: str
    engine_version: str


@dataclass(frozen=True, slots=True)
class PlateReadings:
    """Every plate found, best first; none found is an empty tuple, never a guess."""

    plates: tuple[PlateReading, ...]
    image_width_px: int
    image_height_px: int
    timings_ms: Mapping[str, float]
    """Milliseconds by part of the work, e.g. `detect`, `recognise`, `decode`."""

    @property
    def best(self) -> PlateReading | None:
        """The plate to act on, or None where none was found."""
        return self.plates[0] if self.plates else None


@dataclass(frozen=True, slots=True)
class EngineState:
    """One engine as a health page shows it; an engine that is not available never answers with a guess."""

    name: str
    version: str
    loaded: bool
    available: bool
    detail: str
    """Why it is not available (a weights error's code), else empty."""


class PlateReader(Protocol):
    """An engine that reads plates; it may be shared by threads and loads its weights at first use."""

    def read(self, image: DecodedImage) -> PlateReadings:
        """Every plate in the picture, best first."""

    def state(self) -> EngineState:
        """Whether the engine can read, without loading it."""


def band_for(reading: PlateReading, thresholds: BandThresholds | None = None) -> Band:
    """The band of a reading, by its weakest character; by `weights.toml` unless thresholds are given."""
    limits = thresholds or plate_thresholds()
    if reading.confidence_0_1 >= limits.accept_at:
        return Band.ACCEPT
    return Band.REVIEW if reading.confidence_0_1 >= limits.review_at else Band.REJECT
