"""How a site receives visitors: what needs approval, how many, when, and how long a host is asked."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, g, render_template, request

from backend.features.sites import service as sites
from backend.features.sites.model import Site
from backend.features.visit_policies import service as policies
from backend.features.visit_policies.model import Approval, DecidedPolicy, Ringing, VisitPolicy
from backend.infrastructure.texts import translate as _
from backend.kernel.errors import Refusal
from backend.kernel.hours import EVERY_DAY, Hours, minute_of, minute_text
from backend.kernel.identity import Permission
from backend.portals.shared import visit_wording
from backend.portals.shared.page import POST, choice, page, page_work, toast, with_events

visit_policy = Blueprint("visit_policy", __name__)

NUMBERS = {
    "open_visits": "每户同时有效的预约（个）",
    "visits_a_day": "每户每天最多登记（位）",
    "longest_window_days": "一次预约最长（天）",
    "longest_series_days": "长期通行最长（天）",
    "courier_minutes": "限时通行最长（分钟）",
    "answer_seconds": "等住户回应（秒）",
}


@dataclass(frozen=True)
class SitePolicy:
    site: Site
    decided: DecidedPolicy


@page(visit_policy, "/visit-policy", Permission.VISIT_POLICY)
def show() -> str:
    return _rendered("visit_policy.html")


@page(visit_policy, "/visit-policy/<uuid:site_id>", Permission.VISIT_POLICY, POST)
def decide(site_id: UUID) -> Response:
    wanted = _posted()
    with page_work() as work:
        policies.decide(work, work.actor.scope, site_id, wanted)
    return with_events(_rendered("visit_policy_list.html"), toast=toast(_("已保存，新的预约按此规则办理。")))


def _posted() -> VisitPolicy:
    """Raises Refusal for what no form of ours sends."""
    return VisitPolicy(
        choice(Approval, request.form.get("approval")),
        _hours("free") or VisitPolicy().free_hours,
        _hours("closed"),
        **{name: _number(name) for name in NUMBERS},
        ringing=choice(Ringing, request.form.get("ringing")),
    )


def _hours(name: str) -> Hours | None:
    """None where neither end is given."""
    ends = request.form.get(f"{name}_from", ""), request.form.get(f"{name}_until", "")
    if ends == ("", ""):
        return None
    try:
        start, end = map(minute_of, ends)
    except ValueError:
        raise Refusal from None
    return Hours(EVERY_DAY, start, end)


def _number(name: str) -> int:
    text = request.form.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise Refusal
    return int(text)


def _rendered(template: str) -> str:
    with page_work() as work:
        within = g.actor.scope
        found = [
            SitePolicy(site, policies.decided(work.session, within, site.id))
            for site in sites.list_sites(work.session, within)
        ]
    return render_template(
        template, found=found, words=visit_wording, numbers=NUMBERS, ranges=policies.RANGES, clock=minute_text
    )
