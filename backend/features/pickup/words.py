"""Each decision in one Chinese sentence, for staff alone; outside there are two sentences and never a reason."""

from typing import assert_never

from backend.features.pickup.model import Admit, AskTeacher, Decision, Denial, Doubt, Factor, Refuse

GATE_WAITS = "pickup_wait"
GATE_OPENS = "pickup_welcome"
"""Codes of what the gate shows. Whoever is refused sees what everybody sees who waits."""

_ADMITTED = {
    Factor.FACE_MATCH: "卡有效，人脸与持卡人一致，在授权时段内，可以接走。",
    Factor.PIN_RIGHT: "卡有效，密码正确，在授权时段内，可以接走。",
    Factor.PORTRAIT_SAME: "卡有效，工作人员已比对照片为本人，在授权时段内，可以接走。",
}
_DOUBTS = {
    Doubt.COMPARE_PORTRAIT: "卡有效，但人脸和密码都未能确认，请比对预留照片后放行。",
    Doubt.CONFIRM_PERSON: "卡或人脸比对结果只作参考，请当面确认是本人后放行。",
    Doubt.CHECK_DELEGATE: "这是家长指定的一次性代接人，请核对照片和证件尾号后放行。",
    Doubt.OUTSIDE_HOURS: "持卡人有授权，但现在不在约定时段内，请了解情况后决定是否放行。",
    Doubt.CALL_BACK: "闸机离线时名单可能已变，请拨打登记电话与监护人核实后放行。",
}
_DENIALS = {
    Denial.CUSTODY: "有在效的法院裁定、保护令或园长决定，此人不得接走孩子。",
    Denial.RULE: "授权表规定此人此时不得接走孩子。",
    Denial.REVOKED: "此人的接送资格已取消。",
    Denial.MINOR: "此人未满十八周岁，不能接走孩子。",
    Denial.VETOED: "另一位监护人已否决这次代接。",
    Denial.USED: "这张一次性代接凭证已经用过。",
    Denial.CARD_LOST: "这张卡已挂失，请核实持卡人是谁。",
    Denial.CARD_STOPPED: "这张卡已暂停使用，请核对身份。",
    Denial.CARD_ENDED: "这张卡已过期或已停用，请核对身份。",
    Denial.CARD_UNKNOWN: "没有出示本园的有效卡，请核对身份。",
    Denial.NOT_THIS_CHILD: "持卡人不是这个孩子的监护人或代接人。",
    Denial.NOT_TODAY: "持卡人今天没有接这个孩子的授权。",
    Denial.MISMATCH: "来人与持卡人不是同一人。",
    Denial.PIN_LOCKED: "密码连续输错，已暂停校验，请核实来人身份。",
    Denial.OUTSIDE_HOURS: "不在约定时段内，且身份还没有确认，须两名工作人员核实。",
    Denial.OFFLINE: "闸机离线，且身份需要核对，须两名工作人员核实。",
    Denial.IDENTITY: "卡号可被复制，且没有其他方式确认身份，须两名工作人员核实。",
}


def explain(decision: Decision) -> str:
    match decision:
        case Admit():
            return _ADMITTED[decision.factor]
        case AskTeacher():
            return _DOUBTS[decision.doubt]
        case Refuse():
            return _DENIALS[decision.denial]
        case _:
            assert_never(decision)
