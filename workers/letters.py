"""A notice in words: who is addressed and what it says, read from the records at the moment of sending."""

from uuid import UUID

from backend.features.credentials import service as credentials
from backend.features.notices.model import Notice, NoticeKind
from backend.features.people import service as people
from backend.features.residents.contacts import find_contact
from backend.features.sites import service as sites
from backend.features.visits import service as visits
from backend.features.visits.model import Visit
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import LOCAL_ZONE, local_text
from backend.kernel.identity import Scope
from notifications.contracts import Message, Recipient, TemplateKey

TEMPLATES = {
    NoticeKind.VISITOR_PASS: TemplateKey.VISITOR_PASS_CODE,
    NoticeKind.VISITOR_ARRIVED: TemplateKey.VISITOR_ARRIVED,
    NoticeKind.VISITOR_LEFT: TemplateKey.VISITOR_LEFT,
}
CARD_NEWS = {
    NoticeKind.CARD_STOPPED: "停用",
    NoticeKind.CARD_RESUMED: "恢复使用",
    NoticeKind.CARD_REPLACED: "补办（旧卡已作废）",
}


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
        params |= {"code": visit.code, "validity": f"{local_text(visit.valid_from)}至{local_text(visit.valid_until)}"}
    else:
        params |= _passing(work, within, notice, visit)
    return Message(template=TEMPLATES[notice.kind], to=recipient, params=params, out_id=notice.out_id)


def _recipient(work: Work, within: Scope, notice: Notice, visit: Visit) -> Recipient | None:
    if notice.kind is NoticeKind.VISITOR_PASS:
        return Recipient(phone=visit.visitor_phone) if visit.visitor_phone else None
    contact = find_contact(work.session, within, visit.resident_id)
    return None if contact is None else Recipient(phone=contact.phone, openid=contact.openid)


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
        "news": CARD_NEWS[notice.kind],
        "serial": notice.serial,
    }
    recipient = Recipient(phone=person.phone)
    return Message(template=TemplateKey.CARD_CHANGED, to=recipient, params=params, out_id=notice.out_id)


def _passing(work: Work, within: Scope, notice: Notice, visit: Visit) -> dict[str, str]:
    there = notice.occurred_at.astimezone(LOCAL_ZONE)
    gate = sites.get_gate(work.session, within, notice.gate_id).name if notice.gate_id else "大门"
    return {
        "visitor": visit.visitor_name[:20],
        "gate": gate[:35],
        "time": f"{there.year}年{there.month}月{there.day}日 {there:%H:%M}",
    }
