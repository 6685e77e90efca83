"""What the page about gates without a network says in words."""

from collections.abc import Mapping

from backend.features.gate_lists.model import AckReason, FindingKind, OfflineCredential
from backend.infrastructure.texts import translate as _
from backend.pages.offline_review import FindingLine
from backend.portals.shared.credential_wording import DENIALS
from backend.portals.shared.wording import ASKED

KINDS: Mapping[FindingKind, str] = {
    FindingKind.GAP: "记录缺号",
    FindingKind.DOUBLE_USE: "重复使用",
    FindingKind.STALE: "依据过时",
    FindingKind.EXPIRED_LIST: "名单失效",
    FindingKind.UNKNOWN: "查无此凭证",
    FindingKind.CLOCK: "设备时钟不准",
}

ACTIONS: Mapping[FindingKind, str] = {
    FindingKind.GAP: "设备少报了这几条，请查看设备存储；补报后会自动结清。",
    FindingKind.DOUBLE_USE: "请向住户核实来了几次人，必要时取消这次预约。",
    FindingKind.STALE: "放行时平台已经停用，设备当时还不知道，请核实进来的是谁。",
    FindingKind.EXPIRED_LIST: "设备用了不该再用的名单放行，请检查设备。",
    FindingKind.UNKNOWN: "平台没有这个凭证的记录，请核实进来的是谁，并检查设备。",
    FindingKind.CLOCK: "设备时间比平台快，请给设备校时。",
}

REASONS: Mapping[AckReason, str] = {
    AckReason.PERSON_KNOWN: "认识此人，没有问题",
    AckReason.HOST_CONFIRMED: "住户已确认",
    AckReason.DEVICE_CHECKED: "设备已检查",
    AckReason.HANDED_ON: "已转交处理",
    AckReason.NO_CONCERN: "无需处理",
}

CREDENTIALS: Mapping[OfflineCredential, str] = {
    OfflineCredential.PASS: "二维码",
    OfflineCredential.CARD: "门禁卡",
    OfflineCredential.PLATE: "车牌",
    OfflineCredential.HAND: "人工放行",
}

_FAULTS: Mapping[str, str] = {
    **ASKED,
    **{denial.value: f"{text}。" for denial, text in DENIALS.items()},
    "visit_cancelled": "来访预约已取消。",
    "visit_used_up": "预约的进入次数已经用完。",
    "vehicle_retired": "车辆登记已停用。",
    "offline_list_expired": "放行时名单已过有效期。",
    "offline_list_unknown": "平台没有给这台设备发过这份名单。",
}


def why(line: FindingLine) -> str:
    """One sentence: what does not fit."""
    if line.kind is FindingKind.GAP:
        if line.from_counter == line.to_counter:
            return _("缺第 {first} 条。").format(first=line.from_counter)
        return _("缺第 {first} 至 {last} 条。").format(first=line.from_counter, last=line.to_counter)
    if line.kind is FindingKind.CLOCK:
        return _("记录的时间比收到的时间还晚。")
    return _(_FAULTS.get(line.fault or "", "请核对后处理。"))
