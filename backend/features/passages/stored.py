"""How what was seen lies in JSON columns, and back."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from enum import Enum
from typing import Any

from backend.features.passages.model import BodyColour, Character, Heading, VehicleSeen, VehicleType


def vehicle_json(seen: VehicleSeen) -> dict[str, Any]:
    """Only what was said."""
    said = {name: value for name, value in asdict(seen).items() if value is not None}
    return {name: value.value if isinstance(value, Enum) else value for name, value in said.items()}


def vehicle_of(stored: dict[str, Any]) -> VehicleSeen:
    values = {name: _VEHICLE.get(name, _as_it_is)(value) for name, value in stored.items()}
    return VehicleSeen(**values)


def _as_it_is(value: Any) -> Any:
    return value


_VEHICLE: dict[str, Callable[[Any], Any]] = {"type": VehicleType, "colour": BodyColour, "heading": Heading}


def characters_json(characters: Sequence[Character]) -> list[list[Any]]:
    return [[one.text, one.probability_0_1, [list(pair) for pair in one.alternatives]] for one in characters]


def characters_of(stored: Sequence[Sequence[Any]]) -> tuple[Character, ...]:
    return tuple(
        Character(text, probability, tuple((other, score) for other, score in others))
        for text, probability, others in stored
    )
