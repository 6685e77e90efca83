"""Which texts a plate may bear: GA 36-2018, with the army's, armed police's and airports' own plates.

A pattern is a sequence of character classes. The decoder reads a picture only along these sequences, so
the province is never taken for a letter, and no reading is ever shorter or longer than a real plate.
"""

from dataclasses import dataclass
from typing import Final

from recognition.contracts import PlateColour, PlateKind

PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
DIGITS: Final = "0123456789"
SERIAL_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""I and O are never issued in a serial, since they would be read as 1 and 0."""
OFFICE_LETTERS: Final = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
"""The issuing office's letter; O was given to government and police cars."""
SERIAL: Final = DIGITS + SERIAL_LETTERS
ENERGY_LETTERS: Final = "ABCDEFGHJK"
"""A to E for cars without a combustion engine, F to K for the others (GA 36-2018)."""
FORCES_LETTERS: Final = "ABCDEFGHJKLMNOPQRSTUVWXYZ"

_ANY: Final = frozenset(PlateColour)


def _on(*colours: PlateColour) -> frozenset[PlateColour]:
    """The given grounds, and the unknown one: an infrared picture must not lose a plate."""
    return frozenset((*colours, PlateColour.UNKNOWN))


@dataclass(frozen=True, slots=True)
class PlatePattern:
    """The characters allowed at each place, the kind they make, and the grounds on which they occur."""

    kind: PlateKind
    places: tuple[str, ...]
    grounds: frozenset[PlateColour]


def _pattern(kind: PlateKind, grounds: frozenset[PlateColour], *places: str) -> PlatePattern:
    return PlatePattern(kind, places, grounds)


_CIVIL: Final = (PROVINCES, OFFICE_LETTERS)
_WHITE, _BLACK = _on(PlateColour.WHITE), _on(PlateColour.BLACK)
_YELLOW, _GREEN = _on(PlateColour.YELLOW), _on(PlateColour.GREEN)
_PALE_GREEN: Final = _on(PlateColour.GREEN, PlateColour.WHITE)
"""The ground of new-energy plates runs from white at the top to green; sunlight leaves only the white."""

PATTERNS: Final = (
    _pattern(PlateKind.SMALL, _ANY, *_CIVIL, *[SERIAL] * 5),
    _pattern(PlateKind.NEW_ENERGY, _PALE_GREEN, *_CIVIL, ENERGY_LETTERS, SERIAL, *[DIGITS] * 4),
    _pattern(PlateKind.NEW_ENERGY, _PALE_GREEN | _YELLOW, *_CIVIL, *[DIGITS] * 5, ENERGY_LETTERS),
    _pattern(PlateKind.POLICE, _WHITE, *_CIVIL, *[SERIAL] * 4, "警"),
    _pattern(PlateKind.LEARNER, _YELLOW, *_CIVIL, *[SERIAL] * 4, "学"),
    _pattern(PlateKind.TRAILER, _YELLOW, *_CIVIL, *[SERIAL] * 4, "挂"),
    _pattern(PlateKind.HONG_KONG, _BLACK, "粤", "Z", *[SERIAL] * 4, "港"),
    _pattern(PlateKind.MACAU, _BLACK, "粤", "Z", *[SERIAL] * 4, "澳"),
    _pattern(PlateKind.CONSULATE, _BLACK, *_CIVIL, *[SERIAL] * 4, "领"),
    _pattern(PlateKind.EMBASSY, _BLACK, *[DIGITS] * 6, "使"),
    _pattern(PlateKind.EMBASSY, _BLACK, "使", *[DIGITS] * 6),
    _pattern(PlateKind.EMERGENCY, _WHITE, PROVINCES, "XS", *[SERIAL] * 4, "应", "急"),
    _pattern(PlateKind.MILITARY, _WHITE, FORCES_LETTERS, FORCES_LETTERS, *[DIGITS] * 5),
    _pattern(PlateKind.ARMED_POLICE, _WHITE, "W", "J", PROVINCES, *[DIGITS] * 4, SERIAL),
    _pattern(PlateKind.ARMED_POLICE, _WHITE, "W", "J", *[DIGITS] * 4, SERIAL),
    _pattern(PlateKind.CIVIL_AVIATION, _GREEN, "民", "航", *[SERIAL] * 5),
)

ALPHABET: Final = "".join(sorted({character for p in PATTERNS for place in p.places for character in place}))
LONGEST: Final = max(len(pattern.places) for pattern in PATTERNS)

_KIND_BY_GROUND: Final = {
    PlateColour.YELLOW: PlateKind.LARGE,
    PlateColour.BLACK: PlateKind.FOREIGN,
    PlateColour.BLUE: PlateKind.SMALL,
    PlateColour.UNKNOWN: PlateKind.UNKNOWN,
}


def kind_on(pattern: PlatePattern, ground: PlateColour) -> PlateKind:
    """The kind of a plate: seven plain characters are small, large or foreign by their ground alone."""
    if pattern.kind is PlateKind.SMALL:
        return _KIND_BY_GROUND.get(ground, PlateKind.UNKNOWN)
    return pattern.kind


def colour_on(pattern: PlatePattern, ground: PlateColour) -> PlateColour:
    """The plate's colour: what looks white on a new-energy plate is the pale top of its green."""
    pale_green = pattern.kind is PlateKind.NEW_ENERGY and ground is PlateColour.WHITE
    return PlateColour.GREEN if pale_green else ground


def matches(text: str) -> bool:
    """Whether a text is a possible plate."""
    return any(
        len(text) == len(pattern.places) and all(c in place for c, place in zip(text, pattern.places, strict=True))
        for pattern in PATTERNS
    )
