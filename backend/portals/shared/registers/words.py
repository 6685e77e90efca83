"""The registers' codes in Chinese."""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from backend.features.assets.rules import Due
from backend.features.employees.rules import Lack
from backend.features.imports import assets, employees
from backend.features.imports.cells import DOCUMENTS
from backend.features.imports.model import ImportState, Register
from backend.features.people.model import Relation
from backend.features.sites.model import BoundaryKind, BoundarySegment, PlaceKind, Protection, ZoneKind
from backend.infrastructure.changes import ChangeAction
from backend.infrastructure.texts import fault_text, problem_text
from backend.kernel.identity import ActorKind
from backend.pages.resident_list import ResidentSort
from backend.portals.shared import wording
from backend.portals.shared.audit_wording import ACTOR_KINDS

E = TypeVar("E", bound=Enum)

__all__ = ["fault_text", "problem_text"]


def _first_words(words: Mapping[str, E]) -> dict[E, str]:
    """The first word of each code: the one that we write ourselves."""
    found: dict[E, str] = {}
    for word, code in words.items():
        found.setdefault(code, word)
    return found


DUTIES = _first_words(employees.DUTIES)
CERTIFICATES = _first_words(employees.CERTIFICATES)
ASSET_KINDS = _first_words(assets.KINDS)
DOCUMENT_KINDS = {kind.value: word for kind, word in _first_words(DOCUMENTS).items()}
RELATIONS: Mapping[Relation, str] = wording.RELATIONS

PLACES: Mapping[PlaceKind, str] = {
    PlaceKind.ZONE: "区域",
    PlaceKind.SEGMENT: "周界段",
    PlaceKind.DOOR: "门",
    PlaceKind.GATE: "出入口",
    PlaceKind.BUILDING: "楼栋",
}
ZONES: Mapping[ZoneKind, str] = {
    ZoneKind.PERIMETER: "周界",
    ZoneKind.ENTRANCE: "出入口",
    ZoneKind.MAIN_PASSAGE: "主要通道",
    ZoneKind.UNIT_ENTRANCE: "单元门",
    ZoneKind.STAIRWELL: "楼道",
    ZoneKind.SQUARE: "广场",
    ZoneKind.PARKING: "停车场（库）",
    ZoneKind.ROOF: "住宅楼顶",
    ZoneKind.LIFT: "电梯",
    ZoneKind.CONTROL_CENTRE: "安防管理中心",
    ZoneKind.GATEHOUSE: "门卫室",
    ZoneKind.PARCELS: "快递存放区",
    ZoneKind.WASTE: "垃圾站",
    ZoneKind.BICYCLES: "电瓶车停放处",
    ZoneKind.MANHOLE: "窨井",
    ZoneKind.SEWAGE: "污水池",
    ZoneKind.WATER_SUPPLY: "供水用房",
    ZoneKind.POWER_SUPPLY: "配电用房",
    ZoneKind.GAS_SUPPLY: "供气用房",
    ZoneKind.HEAT_SUPPLY: "供热用房",
    ZoneKind.DANGEROUS_GOODS: "危险品存放处",
    ZoneKind.SERVICE_SHOP: "便民服务点",
    ZoneKind.SCHOOL_GATE: "校园大门",
    ZoneKind.GATE_SURROUNDINGS: "校门外 30 米",
    ZoneKind.SPORTS_GROUND: "操场",
    ZoneKind.PLAYGROUND: "室外活动区",
    ZoneKind.DORMITORY: "宿舍",
    ZoneKind.CANTEEN: "食堂",
    ZoneKind.CANTEEN_KITCHEN: "食堂操作间",
    ZoneKind.FOOD_PREPARATION: "备菜间",
    ZoneKind.HALL: "礼堂",
    ZoneKind.GYMNASIUM: "体育馆",
    ZoneKind.TEACHING_BUILDING: "教学楼",
    ZoneKind.CORRIDOR: "楼梯走廊",
    ZoneKind.LABORATORY: "实验室",
    ZoneKind.VALUABLES: "贵重物品存放处",
}
BOUNDARIES: Mapping[BoundaryKind, str] = {
    BoundaryKind.WALL: "围墙",
    BoundaryKind.FENCE: "栅栏",
    BoundaryKind.WATER: "水域",
    BoundaryKind.PIPE: "易攀爬管道",
    BoundaryKind.BUILDING: "建筑外墙",
}
PROTECTIONS: Mapping[Protection, str] = {
    Protection.VIDEO: "视频侦测",
    Protection.BIOMAGNETIC: "生物磁场感应",
    Protection.TENSION_FENCE: "张力式电子围栏",
    Protection.PULSE_FENCE: "脉冲式电子围栏",
    Protection.MICROWAVE: "微波",
    Protection.ANTI_CLIMB: "防攀爬设施",
}
REGISTERS: Mapping[Register, str] = {
    Register.RESIDENTS: "住户、房屋、车辆",
    Register.EMPLOYEES: "员工",
    Register.ASSETS: "设施设备",
}
IMPORT_STATES: Mapping[ImportState, str] = {
    ImportState.CHECKING: "检查中",
    ImportState.FAULTY: "有错误，未写入",
    ImportState.READY: "检查通过，待确认",
    ImportState.WRITING: "导入中",
    ImportState.DONE: "已导入",
    ImportState.UNREADABLE: "无法读取",
}
COUNTS: Mapping[str, str] = {
    "new": "新增",
    "changed": "有变化",
    "unchanged": "无变化",
    "rooms": "新房屋",
    "vehicles": "新车辆",
}
SORTS: Mapping[ResidentSort, str] = {
    ResidentSort.ALL: "全部",
    ResidentSort.FLOATING: "流动人口",
    ResidentSort.ENDS_SOON: "居住即将到期",
    ResidentSort.MOVED_OUT: "已搬离",
}
LACKS: Mapping[Lack, str] = {
    Lack.VETTING_FAILED: "背景审查未通过",
    Lack.NOT_VETTED: "未做背景审查",
    Lack.NO_GUARD_CERTIFICATE: "缺保安员证",
    Lack.CERTIFICATE_OVER: "证书已过期",
    Lack.CERTIFICATE_ENDS_SOON: "证书将到期",
}
DUES: Mapping[Due, str] = {
    Due.NEVER: "无需定检",
    Due.LATER: "正常",
    Due.SOON: "即将到期",
    Due.OVERDUE: "已到期",
}
CHANGE_ACTIONS: Mapping[ChangeAction, str] = {
    ChangeAction.ADDED: "登记",
    ChangeAction.CHANGED: "修改",
    ChangeAction.REMOVED: "删除",
}
KINDS: Mapping[str, str] = {
    "person": "人员",
    "residency": "居住",
    "household": "户",
    "vehicle": "车辆",
    "room": "房屋",
    "employee": "员工",
    "certificate": "证书",
    "vetting": "背景审查",
    "training": "培训",
    "asset": "设施",
    **{kind.value: word for kind, word in PLACES.items()},
}
FIELDS: Mapping[str, str] = {
    "name": "姓名/名称",
    "phone": "手机号",
    "document_kind": "证件类型",
    "document_number": "证件号码",
    "registered_home": "户籍地址",
    "relation": "住户类型",
    "from_on": "入住日期",
    "until_on": "搬离日期",
    "is_floating": "流动人口",
    "stay_until_on": "居住到期日",
    "plate": "车牌号",
    "active": "使用中",
    "duty": "岗位",
    "employer": "所属单位",
    "joined_on": "入职日期",
    "left_on": "离职日期",
    "kind": "类别",
    "number": "编号",
    "issuer": "发证机关",
    "valid_until_on": "有效期至",
    "done_on": "审查日期",
    "passed": "审查通过",
    "checked_by": "审查单位",
    "topic": "培训内容",
    "held_on": "培训日期",
    "hours": "学时",
    "code": "编号",
    "place": "位置",
    "check_interval_days": "检查周期（天）",
    "last_checked_on": "上次检查日期",
    "retired": "已停用",
    "retired_on": "停用日期",
    "length_cm": "长度（厘米）",
    "height_cm": "高度（厘米）",
    "protections": "防护",
}
_HIDDEN = frozenset({"person_id", "household_id", "employee_id", "unit_id", "room_id", "building_id", "zone_id", "bit"})
_CODES: Mapping[str, str] = {
    **{relation.value: word for relation, word in wording.RELATIONS.items()},
    **{duty.value: word for duty, word in DUTIES.items()},
    **{kind.value: word for kind, word in CERTIFICATES.items()},
    **{kind.value: word for kind, word in ASSET_KINDS.items()},
    **DOCUMENT_KINDS,
    **{kind.value: word for kind, word in BOUNDARIES.items()},
    **{kind.value: word for kind, word in ZONES.items()},
}
_CODED = frozenset({"relation", "duty", "kind", "document_kind"})


def shown_fields(fields: Mapping[str, object]) -> list[str]:
    """The names of the fields that a reader can make something of."""
    return [name for name in fields if name not in _HIDDEN]


def field_text(kind: str, name: str) -> str:
    """What a field is called; a room's number is no certificate's."""
    return "房号" if (kind, name) == ("room", "number") else FIELDS.get(name, name)


def value_text(name: str, value: object) -> str:
    """A value of a change in words."""
    if value is None or value == "":
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if name == "protections":
        return "、".join(PROTECTIONS[Protection(one)] for one in str(value).split(","))
    return _CODES.get(str(value), str(value)) if name in _CODED else str(value)


def who(kind: ActorKind, name: str) -> str:
    return name or ACTOR_KINDS[kind.value]


def watched_by(segment: BoundarySegment) -> str:
    """What watches a stretch of the perimeter, in the enum's order."""
    return "、".join(word for one, word in PROTECTIONS.items() if one in segment.protections)
