"""What residents ask of the property, by its last day; the answer, and what follows from it, are one press."""

from uuid import UUID

from flask import Blueprint, Response, render_template, request

from backend.features.matters import service as matter_service
from backend.features.matters.model import MatterKind, MatterState
from backend.infrastructure.http.platform import platform
from backend.infrastructure.texts import translate as _
from backend.kernel.clock import local_day
from backend.kernel.identity import Permission
from backend.pages.matter_list import MatterFilter, list_matters
from backend.portals.shared import matter_wording
from backend.portals.shared.looks import LookPurpose, record_list
from backend.portals.shared.page import POST, choice, page, page_request, page_work, toast, with_events

matters = Blueprint("matters", __name__)
LONGEST_ANSWER = 300


@page(matters, "/matters", Permission.MATTER_DECIDE)
def show() -> str:
    return _rendered("matters.html")


@page(matters, "/matters/<uuid:matter_id>/grant", Permission.MATTER_DECIDE, POST)
def grant(matter_id: UUID) -> Response:
    return _decided(matter_id, agreed=True, said=_("已同意并办理，住户可以在小程序看到答复。"))


@page(matters, "/matters/<uuid:matter_id>/refuse", Permission.MATTER_DECIDE, POST)
def refuse(matter_id: UUID) -> Response:
    return _decided(matter_id, agreed=False, said=_("已拒绝，住户可以看到理由。"))


def _decided(matter_id: UUID, *, agreed: bool, said: str) -> Response:
    answer, heard = request.form.get("answer", "")[:LONGEST_ANSWER], request.form.get("heard") == "1"
    with page_work() as work:
        matter_service.decide(
            work, platform().crypto, work.actor.scope, matter_id, grant=agreed, answer=answer, heard=heard
        )
    return with_events(_rendered("matters_list.html"), toast=toast(said))


def _rendered(template: str) -> str:
    kind = request.args.get("kind")
    wanted = MatterFilter(
        choice(MatterState, request.args.get("state") or MatterState.OPEN.value),
        choice(MatterKind, kind) if kind else None,
        request.args.get("late") == "1",
    )
    with page_work() as work:
        found = list_matters(work.session, work.actor.scope, wanted, page_request(), local_day(work.now))
        record_list(work, "matter", (card.id for card in found.items), LookPurpose.REGISTER_CHECK)
    return render_template(
        template, found=found, wanted=wanted, words=matter_wording, states=MatterState, kinds=MatterKind
    )
