"""Doubtful plates that wait for a person: a picture, a reading, one key.

Every press answers with the desk as it is then: the next reading and the queue. The stream only renews the queue,
so that nothing changes under a hand that is about to press.
"""

from uuid import UUID

from flask import Blueprint, Response, render_template, request

from backend.features.passages import desk as guard_desk
from backend.features.passages.errors import AlreadyDecided, ReviewLapsed
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.audit.looks import record_look
from backend.infrastructure.texts import translate as _
from backend.infrastructure.unit_of_work import Work
from backend.kernel.identity import Permission
from backend.kernel.paging import PageRequest
from backend.pages.review_queue import (
    ReviewPage,
    ReviewSheet,
    list_lapsed,
    read_review_page,
    read_sheet,
    settled_by,
)
from backend.portals.shared import wording
from backend.portals.shared.looks import LookPurpose, record_list
from backend.portals.shared.page import PAGE_SIZE, POST, optional_id, page, page_request, page_work, toast, with_events

review = Blueprint("review", __name__)


@page(review, "/review", Permission.PASSAGE_READ)
def show() -> str:
    return _desk("review/page.html")


@page(review, "/review/desk", Permission.PASSAGE_READ)
def desk() -> str:
    """The reading behind the one that is left with `skip`, from the top again after the last."""
    return _desk("review/desk.html")


@page(review, "/review/queue", Permission.PASSAGE_READ)
def queue() -> str:
    with page_work() as work:
        found = _read_page(work)
    return render_template("review/queue.html", page=found)


@page(review, "/review/lapsed", Permission.PASSAGE_READ)
def lapsed() -> str:
    with page_work() as work:
        found = _read_page(work, paged=False)
        left = list_lapsed(work.session, work.actor.scope, found.site.id, page_request(), work.now)
        record_list(work, "passage", (card.id for card in left.items), LookPurpose.REGISTER_CHECK)
    return render_template("review/lapsed.html", page=found, found=left)


@page(review, "/review/items/<uuid:passage_id>", Permission.PASSAGE_READ)
def item(passage_id: UUID) -> str:
    with page_work() as work:
        sheet = _read_sheet(work, passage_id)
    return render_template("review/item.html", sheet=sheet)


@page(review, "/review/items/<uuid:passage_id>/say", Permission.PASSAGE_DECIDE, POST)
def say(passage_id: UUID) -> Response:
    """What the plate is: as read, as suggested, or as typed. The passage decides by it as by a sure reading."""
    try:
        with page_work() as work:
            decision = guard_desk.review(work, work.actor.scope, passage_id, request.form.get("plate", ""))
    except (AlreadyDecided, ReviewLapsed) as refusal:
        return _answered(_refused(passage_id, refusal), "warn")
    return _answered(*wording.decided(decision))


def _refused(passage_id: UUID, refusal: AlreadyDecided | ReviewLapsed) -> str:
    if isinstance(refusal, ReviewLapsed):
        return _("这辆车已经离开，没有开闸。")
    with page_work() as work:
        name = settled_by(work.session, work.actor.scope, passage_id)
    return _("已由{guard}处理。").format(guard=name) if name else _("这次通行已经处理。")


def _answered(text: str, kind: str) -> Response:
    return with_events(_desk("review/desk.html"), toast=toast(text, kind))


def _desk(template: str) -> str:
    with page_work() as work:
        found = _read_page(work)
        chosen = _chosen(found, optional_id(request.args.get("skip")))
        sheet = None if chosen is None else _read_sheet(work, chosen)
    return render_template(template, page=found, sheet=sheet)


def _read_page(work: Work, *, paged: bool = True) -> ReviewPage:
    site_id = optional_id(request.args.get("site"))
    wanted = page_request() if paged else PageRequest(PAGE_SIZE)
    found = read_review_page(work.session, work.actor.scope, site_id, wanted, work.now)
    record_look(work, Subject("site", found.site.id), LookPurpose.GATE_DUTY.value)
    return found


def _read_sheet(work: Work, passage_id: UUID) -> ReviewSheet:
    sheet = read_sheet(work.session, work.actor.scope, passage_id, work.now)
    record_look(work, Subject("passage", sheet.card.id), LookPurpose.GATE_DUTY.value)
    return sheet


def _chosen(found: ReviewPage, skipped: UUID | None) -> UUID | None:
    ids: list[UUID] = [card.id for card in found.queue.items]
    if not ids:
        return None
    return ids[(ids.index(skipped) + 1) % len(ids)] if skipped in ids else ids[0]
