"""What the pages about who is inside say in words. A gap is a question about the record, never about a person."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from backend.features.occupancy.model import GapKind
from backend.infrastructure.texts import translate as _

GAPS: Mapping[GapKind, str] = {
    GapKind.EXIT_WITHOUT_ENTRY: "有出场，没有进场记录",
    GapKind.ENTERED_TWICE: "两次进场之间没有出场记录",
    GapKind.NO_EXIT: "进场后一直没有出场记录",
    GapKind.FOLLOWED: "抬杆后几秒内又有车，没有单独的放行记录",
    GapKind.OPENED_ALONE: "设备报告打开，没有对应的放行",
    GapKind.HELD_OPEN: "门或道闸长时间未关",
    GapKind.TWO_AT_ONCE: "一次开门，设备数到两人或两车",
}
HINTS: Mapping[GapKind, str] = {
    GapKind.EXIT_WITHOUT_ENTRY: "可能是进场时没有读到车牌，或从别的口进入。",
    GapKind.ENTERED_TWICE: "可能是出场时没有读到车牌。",
    GapKind.NO_EXIT: "可能是出场时没有读到；确已离开的，请在“在内访客”标记。",
    GapKind.FOLLOWED: "可能是同一次放行通过了两辆车，请对照照片和录像。",
    GapKind.OPENED_ALONE: "可能是钥匙、遥控器开启或线路故障，请查看现场。",
    GapKind.HELD_OPEN: "可能是搬运物品或门没有关好。",
    GapKind.TWO_AT_ONCE: "可能是家人同行；需要时请对照录像。",
}


def stayed(since: datetime, now: datetime) -> str:
    """`3 小时 20 分`, in whole days beyond two."""
    spent = max(now - since, timedelta(0))
    hours, minutes = divmod(int(spent.total_seconds()) // 60, 60)
    if hours >= 48:
        return _("{days} 天").format(days=spent.days)
    return (
        _("{hours} 小时 {minutes} 分").format(hours=hours, minutes=minutes)
        if hours
        else _("{minutes} 分").format(minutes=minutes)
    )


def evacuation_texts() -> dict[str, str]:
    """What the list says by itself, with a network or without."""
    return {
        "fresh": _("名单时间 {clock}，刚刚更新"),
        "old": _("名单时间 {clock}，已过 {minutes} 分钟"),
        "offline": _("没有网络：显示手机里保存的名单，勾选会在联网后发送。"),
        "empty": _("现在没有访客在内。"),
        "none": _("手机里还没有名单，请联网打开一次。"),
        "safe": _("已平安"),
        "mark": _("平安"),
        "by": _("{clock} {who}"),
        "unsent": _("{count} 个勾选等待发送"),
        "left": _("还有 {count} 组没有确认平安"),
        "all": _("名单上的人都已确认平安"),
        "unknown": _("近 12 小时另有 {count} 次手动放行没有登记来人，不在名单上，请现场核对。"),
        "noHost": _("没有登记住户"),
        "people": _("{count} 人次"),
        "again": _("登录已失效，请联网后重新登录。"),
    }
