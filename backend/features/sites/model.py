from dataclasses import dataclass
from datetime import date
from enum import Enum

from backend.kernel.ids import BuildingId, DoorId, GateId, RoomId, SegmentId, SiteId, TenantId, UnitId, ZoneId


class SiteKind(Enum):
    COMMUNITY = "community"
    CAMPUS = "campus"


@dataclass(frozen=True)
class Site:
    id: SiteId
    tenant_id: TenantId
    name: str
    kind: SiteKind
    home_province: str
    vehicles_by_approval: bool = True
    """Whether the property has a word on a car before it opens the gate."""


@dataclass(frozen=True)
class Gate:
    id: GateId
    site_id: SiteId
    name: str
    bit: int
    retired_on: date | None = None


@dataclass(frozen=True)
class Room:
    """`label` is how people say it: 3幢2单元501."""

    id: RoomId
    site_id: SiteId
    label: str


class PlaceKind(Enum):
    """The places of a site that its office registers; a room comes with its residents."""

    BUILDING = "building"
    GATE = "gate"
    ZONE = "zone"
    SEGMENT = "boundary_segment"
    DOOR = "door"


@dataclass(frozen=True)
class Building:
    id: BuildingId
    site_id: SiteId
    name: str
    retired_on: date | None = None
    """From this day on nothing new is registered there; what happened there keeps its name."""


class ZoneKind(Enum):
    """Every place that the standard of 2019 (苏公通〔2019〕330号) or GB/T 29315 wants watched, by its term."""

    PERIMETER = "perimeter"
    ENTRANCE = "entrance"
    MAIN_PASSAGE = "main_passage"
    UNIT_ENTRANCE = "unit_entrance"
    STAIRWELL = "stairwell"
    SQUARE = "square"
    PARKING = "parking"
    ROOF = "roof"
    LIFT = "lift"
    CONTROL_CENTRE = "control_centre"
    GATEHOUSE = "gatehouse"
    PARCELS = "parcels"
    WASTE = "waste"
    BICYCLES = "bicycles"
    MANHOLE = "manhole"
    SEWAGE = "sewage"
    WATER_SUPPLY = "water_supply"
    POWER_SUPPLY = "power_supply"
    GAS_SUPPLY = "gas_supply"
    HEAT_SUPPLY = "heat_supply"
    DANGEROUS_GOODS = "dangerous_goods"
    SERVICE_SHOP = "service_shop"
    SCHOOL_GATE = "school_gate"
    GATE_SURROUNDINGS = "gate_surroundings"
    SPORTS_GROUND = "sports_ground"
    PLAYGROUND = "playground"
    DORMITORY = "dormitory"
    CANTEEN = "canteen"
    CANTEEN_KITCHEN = "canteen_kitchen"
    FOOD_PREPARATION = "food_preparation"
    HALL = "hall"
    GYMNASIUM = "gymnasium"
    TEACHING_BUILDING = "teaching_building"
    CORRIDOR = "corridor"
    LABORATORY = "laboratory"
    VALUABLES = "valuables"


class BoundaryKind(Enum):
    WALL = "wall"
    FENCE = "fence"
    WATER = "water"
    PIPE = "pipe"
    BUILDING = "building"


class Protection(Enum):
    """What watches a stretch of the perimeter (section B of the standard)."""

    VIDEO = "video"
    BIOMAGNETIC = "biomagnetic"
    TENSION_FENCE = "tension_fence"
    PULSE_FENCE = "pulse_fence"
    MICROWAVE = "microwave"
    ANTI_CLIMB = "anti_climb"


@dataclass(frozen=True)
class Zone:
    id: ZoneId
    site_id: SiteId
    kind: ZoneKind
    name: str
    building_id: BuildingId | None
    retired_on: date | None = None


@dataclass(frozen=True)
class BoundarySegment:
    id: SegmentId
    site_id: SiteId
    name: str
    kind: BoundaryKind
    length_cm: int
    height_cm: int | None
    protections: frozenset[Protection]
    retired_on: date | None = None


@dataclass(frozen=True)
class DoorPlace:
    """Exactly one of them is set."""

    building_id: BuildingId | None = None
    unit_id: UnitId | None = None
    zone_id: ZoneId | None = None


@dataclass(frozen=True)
class Door:
    id: DoorId
    site_id: SiteId
    name: str
    place: DoorPlace
    retired_on: date | None = None
