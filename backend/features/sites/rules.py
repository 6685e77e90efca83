"""Places of a site: what a door and a stretch of the perimeter must be."""

from backend.features.sites.errors import BoundarySizeInvalid, DoorPlaceAmbiguous
from backend.features.sites.model import BoundaryKind, BoundarySegment, DoorPlace, SiteKind

SCHOOL_WALL_CM = 200
"""A school's wall is at least two metres high (section C of the school's part)."""


def room_key(building: str, unit: str, number: str) -> str:
    """Sorts, byte by byte, as people count: 2幢 before 10幢, 201 before 1001. The migration fills it in likewise."""
    return "".join(f"{min(len(name), 99):02d}{name}" for name in (building, unit, number))


def check_door_place(place: DoorPlace) -> None:
    """Raises DoorPlaceAmbiguous unless exactly one place is named."""
    if sum(one is not None for one in (place.building_id, place.unit_id, place.zone_id)) != 1:
        raise DoorPlaceAmbiguous


def check_boundary_size(kind: BoundaryKind, length_cm: int, height_cm: int | None) -> None:
    """Raises BoundarySizeInvalid; only water has no height."""
    needs_height = kind is not BoundaryKind.WATER
    if length_cm <= 0 or (height_cm is None and needs_height) or (height_cm is not None and height_cm <= 0):
        raise BoundarySizeInvalid


def is_too_low(segment: BoundarySegment, site: SiteKind) -> bool:
    """Below what the standard asks of a school's wall or fence; communities have no such figure."""
    walled = segment.kind in (BoundaryKind.WALL, BoundaryKind.FENCE)
    return site is SiteKind.CAMPUS and walled and (segment.height_cm or 0) < SCHOOL_WALL_CM


def is_unwatched(segment: BoundarySegment) -> bool:
    return not segment.protections
