"""What pages say of visits, their series and a site's policy."""

from collections.abc import Mapping
from dataclasses import dataclass

from backend.features.visit_policies.model import Approval, Ringing
from backend.features.visits.model import RefusalReason, Series, VisitFault, VisitKind, VisitState
from backend.kernel.hours import EVERY_DAY, minute_text

KINDS: Mapping[VisitKind, str] = {
    VisitKind.GUEST: "访客",
    VisitKind.CARER: "护工、保姆",
    VisitKind.TUTOR: "家教",
    VisitKind.HELPER: "家政",
    VisitKind.COURIER: "快递外卖",
    VisitKind.WALK_IN: "临时来访",
}

STATES: Mapping[VisitState, str] = {
    VisitState.PENDING: "待审批",
    VisitState.ACTIVE: "待到访",
    VisitState.REFUSED: "未通过",
    VisitState.CANCELLED: "已取消",
}

REFUSALS: Mapping[RefusalReason, str] = {
    RefusalReason.TIME_UNSUITABLE: "时间不合适",
    RefusalReason.DETAILS_MISSING: "信息不完整",
    RefusalReason.SITE_RESTRICTED: "近期限制来访",
    RefusalReason.OTHER: "其他原因",
}

APPROVALS: Mapping[Approval, str] = {
    Approval.NEVER: "不需要审批",
    Approval.OUTSIDE_HOURS: "只在时段以外需要审批",
    Approval.ALWAYS: "每次都需要审批",
}

RINGING: Mapping[Ringing, str] = {
    Ringing.MASKED: "可以拨打，号码只显示几位",
    Ringing.WHOLE: "可以拨打，显示完整号码",
    Ringing.OFF: "门岗不能拨打住户电话",
}

_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class PassState:
    """How a visitor's pass stands, as its page says it."""

    style: str
    title: str
    advice: str


ON_PASS: Mapping[VisitFault | None, PassState] = {
    None: PassState("good", "有效", "到门口出示二维码，或者把六位数字念给保安。"),
    VisitFault.NOT_YET: PassState("wait", "未到时间", "请在下面的时间内到达，最多可以提前 15 分钟。"),
    VisitFault.USED_UP: PassState("done", "已使用", "进入次数已用完；步行离开时仍可出示。再次来访请让住户重新预约。"),
    VisitFault.CANCELLED: PassState("off", "已取消", "这次来访已被取消，请与邀请您的住户联系。"),
    VisitFault.OVER: PassState("off", "已过期", "来访时间已过，请让邀请您的住户重新预约。"),
    VisitFault.PENDING: PassState("wait", "等待审批", "物业或学校正在审批，通过后这里会出现二维码和来访码。"),
    VisitFault.REFUSED: PassState("off", "没有通过审批", "请与邀请您的人联系，改时间或补充信息后重新预约。"),
    VisitFault.WRONG_DAY: PassState("wait", "今天不来访", "请在下面的日期和时段来访。"),
    VisitFault.OUTSIDE_HOURS: PassState("wait", "不在来访时段", "请在下面的时段内到达，最多可以提前 15 分钟。"),
    VisitFault.DAY_USED_UP: PassState("done", "今天已使用", "今天的进入次数已用完；离开时仍可出示，下次来访日可再用。"),
    VisitFault.CLOSED_HOURS: PassState("wait", "夜间管控时段", "现在来访请找门卫，门卫会为您联系住户。"),
}


def series_text(series: Series) -> str:
    """周一、三、五 08:00–18:00"""
    days = series.hours.weekdays
    named = "每天" if days == EVERY_DAY else "周" + "、".join(_WEEKDAYS[day - 1] for day in sorted(days))
    night = "次日 " if series.hours.end_minute > 24 * 60 else ""
    return f"{named} {minute_text(series.hours.from_minute)}–{night}{minute_text(series.hours.until_minute)}"
