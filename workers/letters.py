"""A notice in words: who is addressed and what it says, read from the records at the moment of sending."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from backend.features.consents import service as consents
from backend.features.consents.model import ConsentPurpose
from backend.features.credentials import service as credentials
from backend.features.credentials.model import Reason
from backend.features.devices import service as devices
from backend.features.employees import service as employees
from backend.features.notices.model import Notice, NoticeKind
from backend.features.people import service as people
from backend.features.residents.contacts import find_contact, residents_of
from backend.features.sites import service as sites
from backend.features.visits import service as visits
from backend.features.visits.model import RefusalReason, Visit
from backend.features.walk_ins import contacts as backups
from backend.features.walk_ins import service as walk_ins
from backend.features.walk_ins.model import WalkIn
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import LOCAL_ZONE, local_day, local_text
from backend.kernel.identity import Scope
from backend.kernel.ids import ResidentId
from notifications.contracts import Message, Recipient, TemplateKey

TEMPLATES = {
    NoticeKind.VISITOR_PASS: TemplateKey.VISITOR_PASS_CODE,
    NoticeKind.VISITOR_ARRIVED: TemplateKey.VISITOR_ARRIVED,
    NoticeKind.VISITOR_LEFT: TemplateKey.VISITOR_LEFT,
    NoticeKind.VISIT_DECIDED: TemplateKey.VISIT_DECIDED,
    NoticeKind.WALK_IN_ASKED: TemplateKey.WALK_IN_ASKED,
    NoticeKind.WALK_IN_BACKUP_ASKED: TemplateKey.WALK_IN_BACKUP_ASKED,
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
    if notice.walk_in_id is not None:
        return _of_walk_in(work, within, notice, notice.walk_in_id)
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


def _of_walk_in(work: Work, within: Scope, notice: Notice, walk_in_id: UUID) -> Message | None:
    """None once somebody has answered: a question that is settled wakes nobody up."""
    walk_in = walk_ins.get(work.session, within, walk_in_id)
    recipient = _asked(work, within, notice, walk_in)
    if recipient is None or not walk_in.is_open:
        return None
    site = sites.get_site(work.session, within, notice.site_id)
    gate_id = devices.get_device(work.session, within, walk_in.device_id).gate_id
    gate = sites.get_gate(work.session, within, gate_id).name if gate_id else "大门"
    params = {
        "community": site.name[:35],
        "visitor": walk_in.stranger.name[:20],
        "gate": gate[:35],
        "time": _spoken(notice.occurred_at),
        "serial": notice.serial,
    }
    if notice.kind is NoticeKind.WALK_IN_BACKUP_ASKED:
        home = people.get_household(work.session, within, walk_in.household_id)
        params["room"] = sites.rooms_by_id(work.session, within, [home.room_id])[home.room_id].label[:35]
    return Message(template=TEMPLATES[notice.kind], to=recipient, params=params, out_id=notice.out_id)


def _asked(work: Work, within: Scope, notice: Notice, walk_in: WalkIn) -> Recipient | None:
    resident_id = None if notice.resident_id is None else ResidentId(notice.resident_id)
    phone = None
    if notice.kind is NoticeKind.WALK_IN_BACKUP_ASKED:
        backup = backups.find_backup(work.session, within, walk_in.household_id)
        resident_id, phone = (None, None) if backup is None else (backup.resident_id, backup.phone)
    contact = None if resident_id is None else find_contact(work.session, within, resident_id)
    if contact is not None:
        return Recipient(phone=contact.phone, openid=contact.openid)
    return None if phone is None else Recipient(phone=phone)


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
    gate = sites.get_gate(work.session, within, notice.gate_id).name if notice.gate_id else "大门"
    return {
        "visitor": visit.visitor_name[:20],
        "gate": gate[:35],
        "time": _spoken(notice.occurred_at),
    }


def _spoken(at: datetime) -> str:
    there = at.astimezone(LOCAL_ZONE)
    return f"{there.year}年{there.month}月{there.day}日 {there:%H:%M}"
