"""What gates decided without a network, for a person to look at: lists held, gaps, double uses, stale decisions."""

from uuid import UUID

from flask import Blueprint, Response, render_template, request

from backend.features.gate_lists import findings
from backend.features.gate_lists.errors import FindingClosed
from backend.features.gate_lists.model import AckReason, FindingKind
from backend.infrastructure.texts import translate as _
from backend.kernel.identity import Permission
from backend.pages.offline_review import FindingFilter, list_findings, list_terminals
from backend.portals.shared import offline_wording
from backend.portals.shared.looks import LookPurpose, record_list
from backend.portals.shared.page import POST, choice, page, page_request, page_work, toast, with_events

offline = Blueprint("offline", __name__)


@page(offline, "/offline", Permission.OFFLINE_REVIEW)
def show() -> str:
    return _rendered("offline/page.html")


@page(offline, "/offline/findings/<uuid:finding_id>/close", Permission.OFFLINE_REVIEW, POST)
def close(finding_id: UUID) -> Response:
    reason = choice(AckReason, request.form.get("reason"))
    try:
        with page_work() as work:
            findings.acknowledge(work, work.actor.scope, finding_id, reason)
    except FindingClosed:
        return with_events(_rendered("offline/list.html"), toast=toast(_("这一条已由他人核对。"), "warn"))
    return with_events(_rendered("offline/list.html"), toast=toast(_("已核对，记录已保存。")))


def _rendered(template: str) -> str:
    wanted = _filter()
    with page_work() as work:
        scope = work.actor.scope
        terminals = list_terminals(work.session, scope, work.now)
        found = list_findings(work.session, scope, wanted, page_request())
        record_list(work, "offline_finding", (line.id for line in found.items), LookPurpose.REGISTER_CHECK)
    return render_template(
        template,
        terminals=terminals,
        found=found,
        wanted=wanted,
        kinds=FindingKind,
        reasons=AckReason,
        words=offline_wording,
    )


def _filter() -> FindingFilter:
    kind = request.args.get("kind")
    return FindingFilter(choice(FindingKind, kind) if kind else None, request.args.get("state") == "closed")
