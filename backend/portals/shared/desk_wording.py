"""What waits for the guard, each in one instruction and one button."""

from collections.abc import Mapping
from dataclasses import dataclass

from backend.features.intercom.model import OpenReason
from backend.infrastructure.texts import translate as _
from backend.pages.open_things import CallLine, OpenAlarm, OpenThing, Urgency
from backend.pages.passage_cards import PassageCard
from backend.portals.shared import wording
from backend.portals.shared.credential_wording import ALARMS

OPEN_REASONS: Mapping[OpenReason, str] = {
    OpenReason.HOST_REACHED: "已电话联系住户",
    OpenReason.LIVES_HERE: "住户本人，已核实",
    OpenReason.DELIVERY: "快递外卖",
    OpenReason.EMERGENCY: "紧急情况",
    OpenReason.OTHER: "其他（请说明）",
}


@dataclass(frozen=True)
class Instruction:
    text: str
    button: str
    action: str
    """confirm, passage_sheet, call_sheet or acknowledge: what the one button does."""


def instruction(thing: OpenThing) -> Instruction:
    if thing.call is not None:
        return Instruction(call_sentence(thing.call), _("选择处理方式"), "call_sheet")
    if thing.alarm is not None:
        return Instruction(alarm_sentence(thing.alarm), _("已到场查看"), "acknowledge")
    if thing.passage is None:
        raise ValueError("an open thing is a passage, a call or an alarm")
    return _of_passage(thing.passage, thing.urgency)


def _of_passage(card: PassageCard, urgency: Urgency) -> Instruction:
    if urgency is Urgency.REVIEW:
        return Instruction(
            _("{lane}紧急开过闸，请补填原因。").format(lane=card.lane_name), _("补填原因"), "passage_sheet"
        )
    if asks_to_confirm(card):
        plate = wording.spaced_plate(card.plate or "")
        text = _("{lane}有车，请对照照片：车牌是 {plate} 吗？").format(lane=card.lane_name, plate=plate)
        return Instruction(text, _("是，确认放行"), "confirm")
    text = _("{lane}：{why}").format(lane=card.lane_name, why=wording.sentence(card))
    return Instruction(text, _("选原因放行"), "passage_sheet")


def asks_to_confirm(card: PassageCard) -> bool:
    return card.reason == "plate_uncertain" and card.plate is not None


def call_sentence(call: CallLine) -> str:
    """Who is called, and why it is the guard's now."""
    room = call.room or _("住户")
    if call.rung_up and call.reached:
        return _("{place}有人找 {room}：已打电话告知住户，请协助。").format(place=call.place, room=room)
    if call.trying:
        return _("{place}有人找 {room}：正在联系住户，请协助。").format(place=call.place, room=room)
    if not call.reached:
        return _("{place}有人找 {room}：没能通知到住户，请到场询问。").format(place=call.place, room=room)
    return _("{place}有人找 {room}：住户没有应答，请到场询问。").format(place=call.place, room=room)


def alarm_sentence(alarm: OpenAlarm) -> str:
    return _("{place}：{what}，请到场查看。").format(place=alarm.place, what=_(ALARMS[alarm.alarm]))
