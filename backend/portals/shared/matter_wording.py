"""What residents ask, in words."""

from collections.abc import Mapping

from backend.features.matters.model import DataField, MatterKind, MatterState
from backend.features.people.model import Relation
from backend.infrastructure.texts import translate as _
from backend.pages.matter_list import MatterCard
from backend.portals.shared.wording import RELATIONS, spaced_plate

KINDS: Mapping[MatterKind, str] = {
    MatterKind.ADD_MEMBER: "添加成员",
    MatterKind.REMOVE_MEMBER: "移除成员",
    MatterKind.ADD_VEHICLE: "添加车辆",
    MatterKind.CORRECT: "更正资料",
    MatterKind.DELETE: "删除资料",
}
STATES: Mapping[MatterState, str] = {
    MatterState.OPEN: "待答复",
    MatterState.GRANTED: "已同意",
    MatterState.REFUSED: "已拒绝",
    MatterState.WITHDRAWN: "已撤回",
}
FIELDS: Mapping[DataField, str] = {
    DataField.NAME: "姓名",
    DataField.PHONE: "手机号",
    DataField.DOCUMENT_NUMBER: "证件号码",
    DataField.REGISTERED_HOME: "户籍地址",
    DataField.STAY_UNTIL: "居住到期日",
}
HINTS: Mapping[MatterKind, str] = {
    MatterKind.ADD_MEMBER: "同意后登记为该户住户，本人可以用登记的手机号绑定小程序。",
    MatterKind.REMOVE_MEMBER: "房东、配偶或家人不能单方让他人回不了家，请先向本人核实。您决定之前，通行不受影响。",
    MatterKind.ADD_VEHICLE: "同意后道闸识别到此车牌会自动放行。",
    MatterKind.CORRECT: "同意后按申请内容更正登记，更正前后的内容都有记录。",
    MatterKind.DELETE: "同意后，在住的删除手机号和户籍地址，已搬离的删除全部身份资料。通行记录等按法定期限保存。",
}


def asked(card: MatterCard) -> str:
    """One sentence: who wants what."""
    details = card.details
    match card.kind:
        case MatterKind.ADD_MEMBER:
            relation = _(RELATIONS[Relation(details.relation)]) if details.relation else ""
            until = _("，居住至 {day}").format(day=details.stay_until_on) if details.stay_until_on else ""
            phone = _("，手机 {phone}").format(phone=_masked(details.phone)) if details.phone else ""
            return _("添加{relation} {name}").format(relation=relation, name=details.name) + phone + until
        case MatterKind.REMOVE_MEMBER:
            return _("移除成员 {name}").format(name=card.about)
        case MatterKind.ADD_VEHICLE:
            return _("添加车辆 {plate}").format(plate=spaced_plate(details.plate))
        case MatterKind.CORRECT:
            wanted = DataField(details.data_field)
            return _("{name} 的{field}更正为 {value}").format(
                name=card.about, field=_(FIELDS[wanted]), value=details.value
            )
        case MatterKind.DELETE:
            return _("删除 {name} 的登记资料").format(name=card.about)


def _masked(phone: str) -> str:
    return f"{phone[:3]}****{phone[-4:]}"
