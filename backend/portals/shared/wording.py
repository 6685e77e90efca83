"""What pages say in words: codes of the domain in, one plain Chinese sentence out."""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from backend.features.devices.model import Direction
from backend.features.passages.model import (
    Admit,
    AdmitReason,
    AskGuard,
    AskReason,
    Credential,
    Decision,
    HandReason,
    PassageState,
)
from backend.features.passes.model import PassFault
from backend.features.people.model import Relation
from backend.features.residents.model import BindingReason, BindingState
from backend.infrastructure.texts import decision_text
from backend.infrastructure.texts import translate as _
from backend.kernel.clock import LOCAL_ZONE, local_text
from backend.pages.passage_cards import Barrier, PassageCard
from backend.pages.review_queue import OptionOrigin

DIRECTIONS: Mapping[Direction, str] = {Direction.ENTRY: "进场", Direction.EXIT: "出场"}

STATES: Mapping[PassageState, str] = {
    PassageState.READING: "识别中",
    PassageState.WAITING: "待处理",
    PassageState.OPENED: "已放行",
    PassageState.TURNED_AWAY: "未放行",
    PassageState.JOINED: "同一辆车",
}

CREDENTIALS: Mapping[Credential, str] = {
    Credential.PLATE: "车牌",
    Credential.QR: "二维码",
    Credential.CODE: "来访码",
    Credential.HAND: "值班人员",
}

ADMITTED: Mapping[str, str] = {
    AdmitReason.RESIDENT_VEHICLE.value: "登记车辆",
    AdmitReason.VISITOR.value: "访客在预约时间内",
    AdmitReason.LEAVING.value: "车辆出场",
}

ASKED: Mapping[str, str] = {
    AskReason.NO_PLATE.value: "没有读到车牌，请看照片处理。",
    AskReason.PLATE_UNCERTAIN.value: "车牌可能读错，请对照照片核对。",
    AskReason.UNKNOWN_VEHICLE.value: "车牌没有登记，也没有来访预约。",
    AskReason.VISIT_NOT_YET.value: "有来访预约，但还没到预约时间。",
    AskReason.VISIT_OVER.value: "来访预约已经过期。",
    AskReason.VISIT_USED_UP.value: "来访预约的进入次数已用完。",
    AskReason.VISIT_CANCELLED.value: "来访预约已被住户取消。",
    AskReason.VISIT_PENDING.value: "来访预约还在等物业审批。",
    AskReason.VISIT_REFUSED.value: "来访预约没有通过物业审批。",
    AskReason.VISIT_WRONG_DAY.value: "是长期访客，但今天不在来访日期内。",
    AskReason.VISIT_OUTSIDE_HOURS.value: "是长期访客，但现在不在约定的时段内。",
    AskReason.VISIT_DAY_USED_UP.value: "是长期访客，今天的进入次数已用完。",
    AskReason.VISIT_CLOSED_HOURS.value: "有来访预约，但现在是不接待访客的时段。",
    AskReason.PHOTO_LATE.value: "照片到得太晚，请看现场是不是这辆车。",
    AskReason.PICTURE_UNUSABLE.value: "照片打不开，请看现场处理。",
    PassFault.MALFORMED.value: "二维码无法识别，可能不是本平台的通行码。",
    PassFault.UNKNOWN_KEY.value: "二维码不是本平台签发的。",
    PassFault.FORGED.value: "二维码无效，可能是伪造的。",
    PassFault.WRONG_SITE.value: "通行码不是本小区的。",
    PassFault.WRONG_GATE.value: "通行码不能在这个出入口使用。",
    PassFault.NOT_YET.value: "通行码还没到使用时间。",
    PassFault.OVER.value: "通行码已经过期。",
}

HAND_REASONS: Mapping[HandReason, str] = {
    HandReason.HOST_CONFIRMED: "已联系住户",
    HandReason.PLATE_MISREAD: "车牌读错",
    HandReason.DELIVERY: "快递外卖",
    HandReason.EMERGENCY_VEHICLE: "救护消防警车",
    HandReason.EMERGENCY: "紧急情况",
    HandReason.DEVICE_FAULT: "设备故障",
    HandReason.LEAVING: "离场",
    HandReason.OTHER: "其他",
}

BARRIERS: Mapping[Barrier, str] = {
    Barrier.NOT_TOLD: "",
    Barrier.TOLD: "等待道闸确认",
    Barrier.OPENED: "道闸已确认",
    Barrier.FAILED: "道闸报告失败",
    Barrier.SILENT: "道闸未确认",
}

OPTIONS: Mapping[OptionOrigin, str] = {
    OptionOrigin.AS_READ: "读到的车牌",
    OptionOrigin.RESIDENT: "住户车辆",
    OptionOrigin.VISITOR: "访客预约",
    OptionOrigin.ALTERNATIVE: "也可能是",
}

COLOURS: Mapping[str, str] = {
    "blue": "蓝牌",
    "yellow": "黄牌",
    "green": "绿牌",
    "white": "白牌",
    "black": "黑牌",
}

RELATIONS: Mapping[Relation, str] = {Relation.OWNER: "业主", Relation.TENANT: "租户", Relation.FAMILY: "家人"}

BINDING_STATES: Mapping[BindingState, str] = {
    BindingState.PENDING: "待审核",
    BindingState.APPROVED: "已通过",
    BindingState.REFUSED: "已拒绝",
    BindingState.ENDED: "已解除",
}

BINDING_REASONS: Mapping[BindingReason, str] = {
    BindingReason.NOT_A_MEMBER: "不是该户成员",
    BindingReason.MOVED_OUT: "已经搬走",
    BindingReason.NUMBER_OUTDATED: "登记的号码已过时",
    BindingReason.OTHER: "其他原因",
    BindingReason.OWN_WISH: "住户注销了账号",
}


def sentence(card: PassageCard) -> str:
    """What happened or is asked, and why."""
    match card.state:
        case PassageState.READING:
            return _("正在识别车牌，也可以直接手动放行。")
        case PassageState.WAITING:
            return _(ASKED.get(card.reason or "", "请核对后处理。"))
        case PassageState.TURNED_AWAY:
            if card.decided_by is None:
                return _("断网时设备没有自动放行，由现场门卫处理。")
            return _("{guard}没有放行。").format(guard=card.decided_by)
        case PassageState.OPENED:
            return _opened(card)
        case PassageState.JOINED:
            return _("同一辆车的又一张照片，已并入前一次通行。")
        case _:
            assert_never(card.state)


def to_visitor(card: PassageCard) -> str:
    """What to say politely to a visitor whose visit or pass does not open; empty where there is nothing to explain."""
    refused = card.state is PassageState.WAITING and (card.reason or "").startswith(("visit_", "pass_"))
    return decision_text(card.reason or "") if refused else ""


def _opened(card: PassageCard) -> str:
    if card.decided_by is None:
        return _("{why}，自动放行。").format(why=_(ADMITTED.get(card.reason or "", "核对通过")))
    if card.reason_owed:
        return _("{guard}紧急开闸，原因待补填。").format(guard=card.decided_by)
    why = HAND_REASONS[card.hand_reason] if card.hand_reason else ADMITTED.get(card.reason or "", "核对通过")
    words = f"（{card.hand_words}）" if card.hand_words else ""
    return _("{guard}放行：{why}。").format(guard=card.decided_by, why=_(why) + words)


def decided(decision: Decision) -> tuple[str, str]:
    """What a guard's word led to, and whether that is `good` or calls for more (`warn`)."""
    match decision:
        case Admit():
            return _("已放行：{why}。").format(why=_(ADMITTED[decision.reason.value])), "good"
        case AskGuard():
            return _("还没有放行：{why}").format(why=_(ASKED[decision.reason.value])), "warn"
        case _:
            assert_never(decision)


def spaced_plate(plate: str) -> str:
    """苏A12345 → 苏A·12345, as it is painted."""
    return f"{plate[:2]}·{plate[2:]}" if len(plate) > 6 and not plate[:2].isascii() else plate


def percent(score_0_1: float) -> str:
    return f"{score_0_1:.0%}"


def moment(instant: datetime, seconds: bool = False) -> str:
    """`11月22日 18:05`, with seconds where people compare it with what they saw."""
    return local_text(instant) + (instant.astimezone(LOCAL_ZONE).strftime(":%S") if seconds else "")


def clock(instant: datetime) -> str:
    """`18:05:09`, where the day is today."""
    return instant.astimezone(LOCAL_ZONE).strftime("%H:%M:%S")


def script_texts() -> dict[str, str]:
    """What the portals' own scripts say."""
    return {
        "unsent": _("网络不通，操作没有送达，请重试。"),
        "late": _("系统没有及时回应，请看列表确认后再操作。"),
        "failed": _("系统暂时没有回应，请稍后重试。"),
        "live": _("实时"),
        "waiting": _("连接中"),
        "lost": _("重连中"),
        "soundOn": _("提示音 开"),
        "soundOff": _("提示音 关"),
        "nightAuto": _("夜间大字 自动"),
        "nightOn": _("夜间大字 开"),
        "nightOff": _("夜间大字 关"),
        "touchForSound": _("请点一下页面，提示音才会响"),
        "listening": _("请说，说完会停下"),
        "someWait": _("有 {count} 个等待处理"),
        "noneWaits": _("没有等待处理的"),
    }
