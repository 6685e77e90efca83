"""The counter for cards: find somebody, issue, replace, stop with a reason of the list, take back."""

from uuid import UUID

from flask import Blueprint, Response, g, render_template, request

from backend.features.credentials import service as credentials
from backend.features.credentials.model import Asker, Assurance, Credential, Holder, Reason, Withdrawal
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.audit.looks import record_look
from backend.infrastructure.http.platform import platform
from backend.infrastructure.texts import translate as _
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.errors import NotFound
from backend.kernel.identity import Permission
from backend.kernel.ids import EmployeeId, PersonId
from backend.pages.credential_desk import find_holders, read_holder
from backend.pages.door_board import list_doors
from backend.portals.shared import credential_wording
from backend.portals.shared.looks import LookPurpose, record_list
from backend.portals.shared.page import POST, choice, page, page_work, toast, with_events

cards = Blueprint("credentials", __name__)
MANAGE = Permission.CREDENTIAL_MANAGE
LONGEST_SEARCH = 40
BY_PROPERTY = frozenset({Reason.MISUSE, Reason.MOVED_OUT})
"""What the property itself has to know; the rest is the holder's word."""


@page(cards, "/credentials", MANAGE)
def show() -> str:
    return render_template("credentials/page.html", words=credential_wording, typed="", found=None)


@page(cards, "/credentials", MANAGE, POST)
def search() -> str:
    """By post: neither a name nor a card's number belongs into an address."""
    typed = request.form.get("typed", "").strip()[:LONGEST_SEARCH]
    with page_work() as work:
        within, today = work.actor.scope, local_day(work.now)
        found = find_holders(work.session, platform().crypto, within, typed, today) if typed else []
        record_list(work, "credential", (card.holder.id for card in found), LookPurpose.REGISTER_CHECK)
    return render_template("credentials/page.html", words=credential_wording, typed=typed, found=found)


@page(cards, "/credentials/<string:kind>/<uuid:holder_id>", MANAGE)
def holder(kind: str, holder_id: UUID) -> str:
    wanted = _holder(kind, holder_id)
    with page_work() as work:
        record_look(work, Subject("credential", holder_id), LookPurpose.REGISTER_CHECK.value)
        return _rendered(work, wanted, "credentials/holder_page.html")


@page(cards, "/credentials/<string:kind>/<uuid:holder_id>/card", MANAGE, POST)
def issue(kind: str, holder_id: UUID) -> Response:
    wanted = _holder(kind, holder_id)
    with page_work() as work:
        within, crypto = work.actor.scope, platform().crypto
        credentials.issue_card(work, crypto, within, wanted, request.form.get("number", ""), _assurance())
        return _said(work, wanted, _("已发卡，现在可以开门。"))


@page(cards, "/credentials/<string:kind>/<uuid:holder_id>/pin", MANAGE, POST)
def set_pin(kind: str, holder_id: UUID) -> Response:
    wanted = _holder(kind, holder_id)
    with page_work() as work:
        credentials.set_pin(work, platform().crypto, work.actor.scope, wanted, request.form.get("pin", ""))
        return _said(work, wanted, _("已设置密码，旧密码同时失效。"))


@page(cards, "/credentials/<string:kind>/<uuid:holder_id>/end-all", MANAGE, POST)
def end_all(kind: str, holder_id: UUID) -> Response:
    wanted = _holder(kind, holder_id)
    with page_work() as work:
        count = credentials.end_all(work, work.actor.scope, wanted)
        return _said(work, wanted, _("已注销 {count} 项门禁凭证。").format(count=count))


@page(cards, "/credentials/items/<uuid:credential_id>/replace", MANAGE, POST)
def replace(credential_id: UUID) -> Response:
    with page_work() as work:
        within, crypto = work.actor.scope, platform().crypto
        number = request.form.get("number", "")
        card = credentials.replace_card(work, crypto, within, credential_id, number, _assurance())
        return _answer(work, card, _("新卡可以使用，旧卡已作废，并已通知持卡人。"))


@page(cards, "/credentials/items/<uuid:credential_id>/suspend", MANAGE, POST)
def suspend(credential_id: UUID) -> Response:
    wanted = _withdrawal()
    with page_work() as work:
        card = credentials.suspend(work, work.actor.scope, credential_id, wanted)
        return _answer(work, card, _("已停用，下一次刷卡起不能开门。"))


@page(cards, "/credentials/items/<uuid:credential_id>/resume", MANAGE, POST)
def resume(credential_id: UUID) -> Response:
    with page_work() as work:
        return _answer(work, credentials.resume(work, work.actor.scope, credential_id), _("已恢复使用。"))


@page(cards, "/credentials/items/<uuid:credential_id>/end", MANAGE, POST)
def end(credential_id: UUID) -> Response:
    wanted = _withdrawal()
    with page_work() as work:
        return _answer(work, credentials.end(work, work.actor.scope, credential_id, wanted), _("已注销。"))


def _holder(kind: str, holder_id: UUID) -> Holder:
    match kind:
        case "people":
            return Holder(person_id=PersonId(holder_id))
        case "employees":
            return Holder(employee_id=EmployeeId(holder_id))
        case _:
            raise NotFound


def _assurance() -> Assurance:
    return choice(Assurance, request.form.get("assurance"))


def _withdrawal() -> Withdrawal:
    """Without the tick that the holder asks in person, it is somebody else's word, and the rules say no."""
    reason = choice(Reason, request.form.get("reason"))
    if reason in BY_PROPERTY:
        return Withdrawal(reason, Asker.PROPERTY, request.form.get("account", "")[:500])
    return Withdrawal(reason, Asker.HOLDER if request.form.get("in_person") == "yes" else Asker.OTHER)


def _answer(work: Work, card: Credential, text: str) -> Response:
    return _said(work, card.holder, text)


def _said(work: Work, wanted: Holder, text: str) -> Response:
    work.session.flush()
    work.flush_changes()
    return with_events(_rendered(work, wanted, "credentials/holder.html"), toast=toast(text))


def _rendered(work: Work, wanted: Holder, template: str) -> str:
    within = work.actor.scope
    found = read_holder(work.session, within, wanted, local_day(work.now))
    manages = g.actor.may(Permission.BINDING_DECIDE)
    return render_template(
        template,
        page=found,
        kind="people" if wanted.person_id is not None else "employees",
        doors=list_doors(work.session, within),
        suspensions=[one for one in credentials.SUSPENSIONS if manages or one is not Reason.MISUSE],
        endings=credentials.ENDINGS,
        assurances=Assurance,
        words=credential_wording,
    )
