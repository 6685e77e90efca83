"""Facilities and fire equipment out of one table: a row for each, told apart by its code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from backend.features.assets.intake import AssetIntake
from backend.features.assets.model import AssetFields, AssetKind
from backend.features.imports.cells import Cells
from backend.features.imports.model import RowFault
from backend.features.imports.outcome import Tally
from backend.features.imports.reading import Line
from backend.features.people.intake import Outcome
from backend.features.sites.model import Site
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day

CODE, KIND, NAME, PLACE, INTERVAL, CHECKED = "编号", "类别", "名称", "位置", "检查周期", "上次检查日期"
REQUIRED = (CODE, KIND, NAME, PLACE)
OPTIONAL = (INTERVAL, CHECKED)
LONGEST_INTERVAL_DAYS = 3660
KINDS: Mapping[str, AssetKind] = {
    "灭火器": AssetKind.EXTINGUISHER,
    "消火栓": AssetKind.HYDRANT,
    "烟感": AssetKind.SMOKE_DETECTOR,
    "燃气报警器": AssetKind.GAS_DETECTOR,
    "喷淋": AssetKind.SPRINKLER,
    "防火门": AssetKind.FIRE_DOOR,
    "应急照明": AssetKind.EMERGENCY_LIGHT,
    "消防水泵": AssetKind.FIRE_PUMP,
    "摄像机": AssetKind.CAMERA,
    "一键报警": AssetKind.ALARM_BUTTON,
    "周界报警": AssetKind.PERIMETER_ALARM,
    "道闸": AssetKind.BARRIER,
    "防护装备": AssetKind.GUARD_EQUIPMENT,
    "防冲撞装置": AssetKind.BOLLARD,
    "电梯": AssetKind.LIFT,
    "水泵": AssetKind.WATER_PUMP,
    "配电设备": AssetKind.TRANSFORMER,
    "路灯": AssetKind.STREET_LIGHT,
    "活动器材": AssetKind.PLAY_EQUIPMENT,
    "窨井盖": AssetKind.MANHOLE_COVER,
    "充电桩": AssetKind.CHARGING_POINT,
    "垃圾桶": AssetKind.WASTE_BINS,
    "其他": AssetKind.OTHER,
}


@dataclass(frozen=True)
class AssetLine:
    row: int
    fields: AssetFields


def parse(line: Line) -> tuple[AssetLine | None, list[RowFault]]:
    cells = Cells(line)
    code, name, place = cells.required(CODE, 40), cells.required(NAME), cells.required(PLACE)
    cells.required(KIND)
    kind = cells.one_of(KIND, KINDS)
    interval, checked = cells.whole_number(INTERVAL, LONGEST_INTERVAL_DAYS), cells.day(CHECKED)
    if cells.faults or kind is None:
        return None, cells.faults
    return AssetLine(line.row, AssetFields(code, kind, name, place, interval, checked)), []


class AssetImport:
    def __init__(self, work: Work, crypto: Crypto, site: Site, lines: Sequence[AssetLine]) -> None:
        self._assets = AssetIntake(work, site)
        self._today: date = local_day(work.now)
        self._row_of: dict[str, int] = {}

    def put(self, line: AssetLine, tally: Tally) -> list[RowFault]:
        given = line.fields
        if row := self._row_of.get(given.code):
            return [RowFault(line.row, CODE, "same_as_row", {"other_row": row})]
        if given.last_checked_on is not None and given.last_checked_on > self._today:
            return [RowFault(line.row, CHECKED, "check_in_future")]
        self._row_of[given.code] = line.row
        on_file = self._assets.find(given.code)
        wanted = given if on_file is None else _completed(on_file, given)
        if wanted != on_file:
            self._assets.put(wanted)
        tally.row([Outcome.NEW if on_file is None else Outcome.UNCHANGED if wanted == on_file else Outcome.CHANGED])
        return []


def _completed(on_file: AssetFields, given: AssetFields) -> AssetFields:
    """What is given replaces what is on file; an asset that stands in the file again is in use again."""
    filled = {name: value for name, value in vars(given).items() if value is not None}
    return replace(on_file, **filled)
