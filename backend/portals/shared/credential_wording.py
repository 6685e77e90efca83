"""What the pages about cards and doors say in words."""

from collections.abc import Mapping

from backend.features.credentials.model import (
    Assurance,
    CredentialKind,
    CredentialState,
    Denial,
    DoorAlarm,
    Reason,
)
from backend.features.employees.model import Duty
from backend.infrastructure.texts import translate as _
from backend.pages.credential_desk import HolderCard, Moment

KINDS: Mapping[CredentialKind, str] = {
    CredentialKind.CARD: "门禁卡",
    CredentialKind.PIN: "门禁密码",
    CredentialKind.QR: "二维码",
    CredentialKind.PLATE: "车牌",
    CredentialKind.FACE: "人脸",
    CredentialKind.FINGERPRINT: "指纹",
    CredentialKind.PALM: "掌纹",
}

STATES: Mapping[CredentialState, str] = {
    CredentialState.ISSUED: "有效",
    CredentialState.SUSPENDED: "已暂停",
    CredentialState.LOST: "已挂失",
    CredentialState.RETURNED: "已退还",
    CredentialState.REVOKED: "已注销",
}

REASONS: Mapping[Reason, str] = {
    Reason.LOST: "遗失",
    Reason.STOLEN: "被盗",
    Reason.OWN_WISH: "本人要求",
    Reason.MOVED_OUT: "已迁出或离职",
    Reason.MISUSE: "安全问题",
    Reason.REPLACED: "补办新卡",
    Reason.RETURNED: "退还",
}

ASSURANCES: Mapping[Assurance, str] = {
    Assurance.LOW: "普通卡（只读卡号，可被复制）",
    Assurance.STANDARD: "加密卡（读卡器已校验密钥）",
}

ALARMS: Mapping[DoorAlarm, str] = {
    DoorAlarm.FORCED: "门被强行打开",
    DoorAlarm.HELD_OPEN: "门长时间未关",
    DoorAlarm.TAILGATED: "一次开门可能通过了两人或两车",
}

DENIALS: Mapping[Denial, str] = {
    Denial.UNKNOWN: "卡没有登记",
    Denial.LOST: "卡已挂失",
    Denial.SUSPENDED: "卡已暂停",
    Denial.ENDED: "卡已停用",
    Denial.NO_HOME: "持卡人没有居住或工作登记",
    Denial.NOT_HERE: "这张卡不开这扇门",
    Denial.PIN_NEEDED: "需要输入密码",
    Denial.PIN_WRONG: "密码不正确",
    Denial.PIN_LOCKED: "密码输错次数较多",
    Denial.LATE: "刷卡信息送达太晚",
    Denial.NOT_LISTED: "断网期间，门内名单没有这张卡",
}

DUTIES: Mapping[Duty, str] = {
    Duty.GUARD: "门卫",
    Duty.PATROL: "巡逻",
    Duty.CONTROL_ROOM: "监控室",
    Duty.PROPERTY: "物业",
    Duty.MAINTENANCE: "维修",
    Duty.CLEANING: "保洁",
    Duty.TEACHER: "教师",
    Duty.CARER: "保育",
    Duty.CANTEEN: "食堂",
    Duty.DOCTOR: "校医",
    Duty.DRIVER: "司机",
    Duty.ADMINISTRATION: "行政",
    Duty.OTHER: "员工",
}

NOT_OFFERED = (
    "欠物业费、停车费，投诉纠纷，或房东、配偶、他人的要求，都不能停卡：那样会让人回不了家。"
    "房东或家人有异议时，请通过租约、协商或法律途径解决。"
)
MEANWHILE = (
    "停用期间，值班人员核对身份后为持卡人开门。对停用有异议，可向物业服务中心书面提出，三个工作日内答复；"
    "也可向居委会或派出所反映。"
)
ELSEWHERE = "车牌在车辆登记中办理，访客二维码由住户预约产生。人脸、指纹、掌纹尚未接入设备，也不是进门的必需方式。"


def where(card: HolderCard) -> str:
    """A holder's homes or work."""
    if card.duty is not None:
        return _(DUTIES[card.duty])
    return "、".join(card.rooms) or _("没有居住或工作登记")


def happened(moment: Moment) -> str:
    """One line of a credential's history."""
    what = _("发放") if moment.is_new else _(STATES[moment.state])
    if not moment.is_new and moment.state is CredentialState.ISSUED:
        what = _("恢复")
    why = "" if moment.reason is None else f"（{_(REASONS[moment.reason])}）"
    who = moment.who or (_("持卡人本人") if moment.by_holder else _("系统"))
    return f"{who}：{what}{why}"
