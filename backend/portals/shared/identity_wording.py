"""What the counter for visitors' documents says in words."""

from collections.abc import Mapping

from backend.features.identity_records.model import ClearPurpose, DocumentField, Doubt, RecordState, Source
from backend.features.identity_records.rules import masked_name, masked_number
from backend.infrastructure.texts import problem_text
from backend.infrastructure.texts import translate as _
from backend.kernel.clock import local_text
from backend.pages.identity_desk import SubjectChoice

__all__ = ["masked_name", "masked_number", "problem_text"]

SOURCES: Mapping[Source, str] = {
    Source.READER: "读卡器读取",
    Source.PHOTO: "拍照识别",
    Source.TYPED: "手工填写",
    Source.NONE: "没有证件，住户已确认",
}
STATES: Mapping[RecordState, str] = {
    RecordState.READING: "识别中",
    RecordState.OFFERED: "待确认",
    RecordState.UNREADABLE: "没有读出",
    RecordState.CONFIRMED: "已登记",
}
FIELDS: Mapping[DocumentField, str] = {DocumentField.NAME: "姓名", DocumentField.NUMBER: "身份证号码"}
DOUBTS: Mapping[Doubt, str] = {
    Doubt.DOUBTFUL: "可能读错，请对照证件核对",
    Doubt.MISSING: "没有读到，请对照证件填写",
}
PURPOSES: Mapping[ClearPurpose, str] = {
    ClearPurpose.LOST_CHILD_OR_EMERGENCY: "紧急救助",
    ClearPurpose.POLICE_REQUEST: "公安机关依法调取",
    ClearPurpose.DISPUTE: "处理纠纷",
    ClearPurpose.VISITORS_OWN_REQUEST: "访客本人要求",
}
CONSENT = (
    "为核对来访人身份，需要登记您的姓名和身份证号码（敏感个人信息）。号码加密保存，页面只显示一部分，"
    "到期自动删除；证件照片识别后立即删除，不留存。您可以不同意：由住户确认后同样可以进入。"
)
"""The separate notice and question that the law asks for (PIPL 29, 30); its version is in the rules."""


def about(one: SubjectChoice | None) -> str:
    """陈访客 → 3幢2单元501 · 苏E88888 · 11月22日 18:05."""
    if one is None:
        return _("记录已到期")
    who = f"{one.name} → {one.room}" if one.name and one.room else one.name or one.room or ""
    parts = [who, one.plate or "", one.gate or "", local_text(one.at)]
    return " · ".join(part for part in parts if part)
