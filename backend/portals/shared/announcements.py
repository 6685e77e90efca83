"""A school's staff announce visitors: whom they come to, who they are, when. The school's policy decides the rest."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, g, render_template, request

from backend.features.people import service as people
from backend.features.visits import announcing
from backend.features.visits import service as visits
from backend.features.visits.model import VisitState, VisitWish
from backend.infrastructure.http.platform import platform
from backend.infrastructure.texts import translate as _
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import LOCAL_ZONE, local_day
from backend.kernel.errors import NotFound, Refusal
from backend.kernel.identity import Permission
from backend.pages.staff_list import list_current
from backend.pages.visit_list import ExpectedVisit, list_announced
from backend.portals.shared import visit_wording
from backend.portals.shared.credential_wording import DUTIES
from backend.portals.shared.looks import LookPurpose, record_list
from backend.portals.shared.page import POST, optional_id, page, page_work, toast, with_events

announcements = Blueprint("announcements", __name__)
HOST = Permission.VISIT_HOST
LONGEST_NAME = 40


@page(announcements, "/announcements", HOST)
def show() -> str:
    with page_work() as work:
        hosts = list_current(work.session, work.actor.scope, local_day(work.now))
        own = _own(work)
    return render_template("announcements.html", hosts=hosts, own=own, duties=DUTIES, words=visit_wording)


@page(announcements, "/announcements", HOST, POST)
def announce() -> Response:
    wish, employee_id = _posted(), optional_id(request.form.get("employee"))
    if employee_id is None:
        raise NotFound
    with page_work() as work:
        visit = announcing.announce_for_employee(work, platform().crypto, work.actor.scope, employee_id, wish)
        pending = visit.state is VisitState.PENDING
        said = _("已提交，等学校审批。") if pending else _("已登记，访客会收到来访码。")
        return _answer(work, said)


@page(announcements, "/announcements/<uuid:visit_id>/cancel", HOST, POST)
def cancel(visit_id: UUID) -> Response:
    """Only one's own."""
    with page_work() as work:
        if visit_id not in {visit.id for visit in _own(work)}:
            raise NotFound
        visits.cancel(work, work.actor.scope, visit_id)
        return _answer(work, _("已取消。"))


def _own(work: Work) -> list[ExpectedVisit]:
    own = list(list_announced(work.session, work.actor.scope, g.actor.id))
    record_list(work, "visit", (visit.id for visit in own), LookPurpose.REGISTER_CHECK)
    return own


def _answer(work: Work, text: str) -> Response:
    listed = render_template("announcements_list.html", own=_own(work), words=visit_wording)
    return with_events(listed, toast=toast(text), acted={"good": True})


def _posted() -> VisitWish:
    """Raises NameInvalid, PhoneInvalid, Refusal."""
    phone, plate = request.form.get("phone", "").strip(), request.form.get("plate", "").strip()[:12]
    return VisitWish(
        people.normalise_name(request.form.get("name", "")[: LONGEST_NAME * 2]),
        people.normalise_phone(phone[:20]) if phone else None,
        plate or None,
        _instant("valid_from"),
        _instant("valid_until"),
        1,
    )


def _instant(name: str) -> datetime:
    """What a `datetime-local` field sends: the clock on the wall."""
    try:
        local = datetime.fromisoformat(request.form.get(name, ""))
    except ValueError:
        raise Refusal from None
    if not 2000 <= local.year < 2100:
        raise Refusal
    return local.replace(tzinfo=LOCAL_ZONE)
