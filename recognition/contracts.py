"""What a reading is, and what an engine must offer; light enough for every process to import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from recognition.weights import BandThresholds, plate_thresholds

if TYPE_CHECKING:
    from recognition.images import DecodedImage

T = TypeVar("T")
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


class PlateEngine(StrEnum):
    """What runs the networks that read plates; both have the same weights and give the same readings."""

    ONNX = "onnx"
    PADDLE = "paddle"


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

    def read(self, image: DecodedImage, *, home_province: str | None = None) -> PlateReadings:
        """Every plate in the picture, best first; `home_province` (one character) only breaks ties."""

    def state(self) -> EngineState:
        """Whether the engine can read, without loading it."""


def band_for(reading: PlateReading, thresholds: BandThresholds | None = None) -> Band:
    """The band of a reading, by its weakest character; by `weights.toml` unless thresholds are given."""
    limits = thresholds or plate_thresholds()
    if reading.confidence_0_1 >= limits.accept_at:
        return Band.ACCEPT
    return Band.REVIEW if reading.confidence_0_1 >= limits.review_at else Band.REJECT


class CardSide(StrEnum):
    """Side of an identity card: the front has portrait and number, the back emblem and validity."""

    FRONT = "front"
    BACK = "back"


class Sex(StrEnum):
    """As an identity card prints it, 男 or 女."""

    MALE = "male"
    FEMALE = "female"

    @classmethod
    def of_sequence(cls, seventeenth_digit: int) -> Sex:
        """GB 11643: odd for men, even for women."""
        return cls.MALE if seventeenth_digit % 2 else cls.FEMALE


class FieldStatus(StrEnum):
    """What a clerk has to do with a field: nothing, compare it with the card, or type it in."""

    SURE = "sure"
    DOUBTFUL = "doubtful"
    MISSING = "missing"


class CardFlag(StrEnum):
    """Why a field is not simply what was printed."""

    UNCERTAIN = "uncertain"
    """Its weakest character is below the threshold of `weights.toml`."""
    MALFORMED = "malformed"
    """It has not the form of such a field: too short a number, an unknown ethnic group, no date."""
    CHECK_DIGIT = "check_digit"
    REGION = "region"
    BIRTH = "birth"
    UNCONFIRMED = "unconfirmed"
    """A number that no printed birth date confirms: one error in eleven gets past the check digit."""
    INCOMPLETE = "incomplete"
    """A gap in it or before it: glare or a finger may hide a character."""
    DISAGREES_WITH_NUMBER = "disagrees_with_number"
    FROM_NUMBER = "from_number"
    """Not read but taken from a number that is sure."""
    SPAN = "span"
    """Validity that is not one of 5, 10, 20 years or for life, or starts in the future."""


@dataclass(frozen=True, slots=True)
class CardField(Generic[T]):
    """One field of a card. Its `repr` leaves the person out, so that a log line cannot hold one."""

    value: T | None = field(repr=False)
    """What the field means; None where it is missing."""
    printed: str = field(repr=False)
    """What was read, as printed; differs from `value` where the number contradicts it."""
    confidence_0_1: float
    """Probability of the weakest character."""
    status: FieldStatus
    flags: tuple[CardFlag, ...] = ()


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when a card is valid, both days included; `until` None is 长期, for life."""

    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class CardFront:
    """The side with the portrait. The number is the authority: sex and birth follow from one that is valid."""

    name: CardField[str]
    sex: CardField[Sex]
    ethnic_group: CardField[str]
    """One of GB/T 3304's names without 族."""
    born_on: CardField[date]
    address: CardField[str]
    number: CardField[str]
    engine: str
    engine_version: str


@dataclass(frozen=True, slots=True)
class CardBack:
    """The side with the emblem."""

    authority: CardField[str]
    validity: CardField[Validity]
    engine: str
    engine_version: str


class DocumentRefused(ValueError):
    """A photo that no card can be read from; `code` is stable and has its words in the catalogue of problems."""

    kind = "invalid"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class IdentityCardReader(Protocol):
    """An engine that reads identity cards; it may be shared by threads and loads its weights at first use."""

    def read(self, image: DecodedImage, today: date, side: CardSide | None = None) -> CardFront | CardBack:
        """The card in the picture, of the side asked for; raises `DocumentRefused`."""

    def state(self) -> EngineState:
        """Whether the engine can read, without loading it."""
