"""A notice in words: who is addressed and what it says, read from the records at the moment of sending."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from backend.features.consents import service as consents
from backend.features.consents.model import ConsentPurpose
from backend.features.credentials import service as credentials
from backend.features.credentials.model import Reason
from backend.features.employees import service as employees
from backend.features.notices.model import Notice, NoticeKind
from backend.features.people import service as people
from backend.features.residents.contacts import find_contact, residents_of
from backend.features.sites import service as sites
from backend.features.visits import service as visits
from backend.features.visits.model import RefusalReason, Visit
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import LOCAL_ZONE, local_day, local_text
from backend.kernel.identity import Scope
from notifications.contracts import Message, Recipient, TemplateKey

TEMPLATES = {
    NoticeKind.VISITOR_PASS: TemplateKey.VISITOR_PASS_CODE,
    NoticeKind.VISITOR_ARRIVED: TemplateKey.VISITOR_ARRIVED,
    NoticeKind.VISITOR_LEFT: TemplateKey.VISITOR_LEFT,
    NoticeKind.VISIT_DECIDED: TemplateKey.VISIT_DECIDED,
}
NOT_APPROVED = {
    RefusalReason.TIME_UNSUITABLE: "未通过，时间不合适",
    RefusalReason.DETAILS_MISSING: "未通过，访客信息不完整",
    RefusalReason.SITE_RESTRICTED: "未通过，近期限制来访",
    RefusalReason.OTHER: "未通过，请联系物业",
}
CARD_NEWS = {
    NoticeKind.CARD_RESUMED: "恢复使用",
    NoticeKind.CARD_REPLACED: "补办（旧卡已作废）",
}
CARD_REASONS: Mapping[Reason, str] = {
    Reason.LOST: "卡已遗失",
    Reason.STOLEN: "卡被盗",
    Reason.OWN_WISH: "您本人要求",
    Reason.MOVED_OUT: "登记显示已搬离",
    Reason.MISUSE: "安全问题，物业已核实",
    Reason.REPLACED: "已补办新卡",
    Reason.RETURNED: "卡已退还",
}
"""Every reason that stops a card, in the words of the message to its holder."""


def compose(work: Work, within: Scope, notice: Notice) -> Message | None:
    """None when nobody is left to be told."""
    if notice.credential_id is not None:
        return _of_card(work, within, notice, notice.credential_id)
    if notice.visit_id is None:
        return None
    visit = visits.get(work.session, within, notice.visit_id)
    recipient = _recipient(work, within, notice, visit)
    if recipient is None:
        return None
    site = sites.get_site(work.session, within, notice.site_id)
    params = {"community": site.name[:35], "serial": notice.serial}
    if notice.kind is NoticeKind.VISITOR_PASS:
        params |= {"code": visit.code, "validity": _validity(visit)}
    elif notice.kind is NoticeKind.VISIT_DECIDED:
        params |= {"visitor": visit.visitor_name[:20], "time": local_text(visit.valid_from), "news": _decided(visit)}
    else:
        params |= _passing(work, within, notice, visit)
    return Message(template=TEMPLATES[notice.kind], to=recipient, params=params, out_id=notice.out_id)


def _recipient(work: Work, within: Scope, notice: Notice, visit: Visit) -> Recipient | None:
    if notice.kind is NoticeKind.VISITOR_PASS:
        return Recipient(phone=visit.visitor_phone) if visit.visitor_phone else None
    unwanted = notice.kind in (NoticeKind.VISITOR_ARRIVED, NoticeKind.VISITOR_LEFT) and _refused(work, visit)
    return None if unwanted else _host(work, within, visit)


def _refused(work: Work, visit: Visit) -> bool:
    """Whether the host would rather not be told of comings and goings."""
    host = visit.resident_id
    return host is not None and not consents.is_given(work.session, host, ConsentPurpose.VISITOR_NOTICES)


def _host(work: Work, within: Scope, visit: Visit) -> Recipient | None:
    """Who announced it; of a pass that the guard issued, the first of the home who uses the mini-program."""
    if visit.employee_id is not None:
        phone = employees.get_employee(work.session, within, visit.employee_id).fields.phone
        return None if phone is None else Recipient(phone=phone)
    host = visit.resident_id
    if host is None and visit.household_id is not None:
        host = next(iter(residents_of(work.session, within, visit.household_id, local_day(work.now))), None)
    contact = None if host is None else find_contact(work.session, within, host)
    return None if contact is None else Recipient(phone=contact.phone, openid=contact.openid)


def _validity(visit: Visit) -> str:
    if visit.series is None:
        return f"{local_text(visit.valid_from)}至{local_text(visit.valid_until)}"
    first, last = local_day(visit.valid_from), local_day(visit.valid_until - timedelta(days=1))
    return f"{first.month}月{first.day}日至{last.month}月{last.day}日的约定时段"


def _decided(visit: Visit) -> str:
    return "已通过" if visit.refusal is None else NOT_APPROVED[visit.refusal]


def _of_card(work: Work, within: Scope, notice: Notice, credential_id: UUID) -> Message | None:
    """To the number that the property has on file: whoever holds a card need not use the mini-program."""
    card = credentials.get(work.session, within, credential_id)
    person = people.persons_by_id(work.session, within, [card.holder.id]).get(card.holder.id)
    if person is None or person.phone is None:
        return None
    params = {
        "community": sites.get_site(work.session, within, notice.site_id).name[:35],
        "tail": card.tail,
        "time": local_text(notice.occurred_at),
        "serial": notice.serial,
    }
    template = TemplateKey.CARD_CHANGED
    if notice.kind is NoticeKind.CARD_STOPPED:
        if card.reason is None:  # in use again before the message left
            return None
        template, params["reason"] = TemplateKey.CARD_STOPPED, CARD_REASONS[card.reason]
    else:
        params["news"] = CARD_NEWS[notice.kind]
    return Message(template=template, to=Recipient(phone=person.phone), params=params, out_id=notice.out_id)


def _passing(work: Work, within: Scope, notice: Notice, visit: Visit) -> dict[str, str]:
    there = notice.occurred_at.astimezone(LOCAL_ZONE)
    gate = sites.get_gate(work.session, within, notice.gate_id).name if notice.gate_id else "大门"
    return {
        "visitor": visit.visitor_name[:20],
        "gate": gate[:35],
        "time": f"{there.year}年{there.month}月{there.day}日 {there:%H:%M}",
    }
