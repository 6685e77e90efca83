from dataclasses import dataclass
from datetime import date
from enum import Enum
from uuid import UUID


class AssetKind(Enum):
    """Public facilities, security technology and fire equipment (section I: 公共设施、安防、消防基础信息)."""

    EXTINGUISHER = "extinguisher"
    HYDRANT = "hydrant"
    SMOKE_DETECTOR = "smoke_detector"
    GAS_DETECTOR = "gas_detector"
    SPRINKLER = "sprinkler"
    FIRE_DOOR = "fire_door"
    EMERGENCY_LIGHT = "emergency_light"
    FIRE_PUMP = "fire_pump"
    CAMERA = "camera"
    ALARM_BUTTON = "alarm_button"
    PERIMETER_ALARM = "perimeter_alarm"
    BARRIER = "barrier"
    GUARD_EQUIPMENT = "guard_equipment"
    BOLLARD = "bollard"
    LIFT = "lift"
    WATER_PUMP = "water_pump"
    TRANSFORMER = "transformer"
    STREET_LIGHT = "street_light"
    PLAY_EQUIPMENT = "play_equipment"
    MANHOLE_COVER = "manhole_cover"
    CHARGING_POINT = "charging_point"
    WASTE_BINS = "waste_bins"
    OTHER = "other"


FIRE = frozenset(
    {
        AssetKind.EXTINGUISHER,
        AssetKind.HYDRANT,
        AssetKind.SMOKE_DETECTOR,
        AssetKind.GAS_DETECTOR,
        AssetKind.SPRINKLER,
        AssetKind.FIRE_DOOR,
        AssetKind.EMERGENCY_LIGHT,
        AssetKind.FIRE_PUMP,
    }
)


@dataclass(frozen=True)
class AssetFields:
    code: str
    """What is written on it; one of its kind at a site."""
    kind: AssetKind
    name: str
    place: str
    check_interval_days: int | None = None
    """None for what needs no regular check."""
    last_checked_on: date | None = None
    retired: bool = False


@dataclass(frozen=True)
class Asset:
    id: UUID
    site_id: UUID
    fields: AssetFields
    next_due_on: date | None
