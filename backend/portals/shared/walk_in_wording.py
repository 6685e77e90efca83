"""What the gate's pages say of visitors whom nobody has announced: a sentence for the guard, one for the visitor."""

from collections.abc import Mapping

from backend.features.visits.model import VisitKind
from backend.features.walk_ins.model import Answerer, GuardReason, WalkInRefusal, WalkInState
from backend.infrastructure.texts import decision_text
from backend.infrastructure.texts import translate as _
from backend.pages.walk_in_board import WalkInCard

STATES: Mapping[WalkInState, str] = {
    WalkInState.ASKING_HOST: "正在问住户",
    WalkInState.ASKING_BACKUP: "正在问备用联系人",
    WalkInState.GUARD_DECIDES: "请您决定",
    WalkInState.APPROVED: "已同意",
    WalkInState.REFUSED: "未同意",
    WalkInState.ADMITTED: "已放行",
    WalkInState.LEFT: "访客已离开",
}

REASONS: Mapping[GuardReason, str] = {
    GuardReason.HOST_SAID_YES: "住户电话同意",
    GuardReason.BACKUP_SAID_YES: "备用联系人电话同意",
    GuardReason.SEEN_IN_PERSON: "住户当面接走",
    GuardReason.OFFICIAL_DUTY: "出示证件的公务人员",
    GuardReason.HOST_SAID_NO: "住户电话拒绝",
    GuardReason.NO_ANSWER: "联系不上住户",
    GuardReason.PURPOSE_UNCLEAR: "来意不明",
}

REFUSED: Mapping[WalkInRefusal, str] = {
    WalkInRefusal.HOST_REFUSED: "住户没有同意来访。",
    WalkInRefusal.BACKUP_REFUSED: "住户没有回应，备用联系人没有同意。",
    WalkInRefusal.HOST_SAID_NO: "住户在电话里没有同意。",
    WalkInRefusal.NO_ANSWER: "联系不上住户和备用联系人。",
    WalkInRefusal.PURPOSE_UNCLEAR: "来意说不清楚，没有放行。",
}

KINDS: Mapping[VisitKind, str] = {
    VisitKind.GUEST: "亲友",
    VisitKind.COURIER: "快递外卖",
    VisitKind.HELPER: "家政维修",
    VisitKind.CARER: "护工保姆",
    VisitKind.TUTOR: "家教",
}

NOBODY_ANSWERED = "没有人答复。请打电话或当面核实后决定。"


def sentence(card: WalkInCard) -> str:
    """What the guard has to know, in one sentence."""
    match card.state:
        case WalkInState.ASKING_HOST:
            return _("已通知住户，正在等答复。")
        case WalkInState.ASKING_BACKUP:
            return _("住户没有回应，正在等备用联系人答复。")
        case WalkInState.GUARD_DECIDES:
            return _(NOBODY_ANSWERED)
        case WalkInState.APPROVED | WalkInState.ADMITTED:
            return _("{who}已同意。").format(who=_who(card))
        case WalkInState.REFUSED:
            return _(REFUSED[card.refusal]) if card.refusal else _("没有放行。")
        case WalkInState.LEFT:
            return _("访客没有等到答复，已离开。")


def _who(card: WalkInCard) -> str:
    """By whom it was approved."""
    if card.answerer is Answerer.GUARD:
        reason = _(REASONS[card.reason]) if card.reason else _("门卫决定")
        return f"{reason}（{card.said_by or _('门卫')}{_('记录')}），"
    name = card.said_by or ""
    role = _("备用联系人") if card.answerer is Answerer.BACKUP else f"{card.room} {_('住户')}"
    return f"{role} {name} "


def to_visitor(card: WalkInCard) -> str:
    """What may be said to whoever is not let in: polite, and what to do next; empty otherwise."""
    return "" if card.refusal is None else decision_text(card.refusal.value)
