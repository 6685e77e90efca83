"""The visitor's pass on the web: no app, no account, no cookie; the unguessable link is all there is."""

from datetime import datetime, timedelta
from pathlib import Path

from flask import Blueprint, Flask, Request, Response, render_template
from segno import make_qr

from backend.features.sites import service as sites
from backend.features.visits import service as visits
from backend.features.visits.model import Visit, VisitFault
from backend.features.visits.rules import entries_left, fault_of, next_stretch
from backend.infrastructure.http.app import prepare
from backend.infrastructure.http.platform import Platform, platform
from backend.kernel.clock import LOCAL_ZONE, local_day, local_text
from backend.kernel.identity import Actor, Permission, Scope
from backend.portals.shared import visit_wording, wording
from backend.portals.shared.factory import STATIC, serve_assets, speak_chinese
from backend.portals.shared.page import page, page_work
from backend.portals.shared.refusals import install_refusal_pages

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
GONE = (VisitFault.OVER, VisitFault.CANCELLED, VisitFault.PENDING, VisitFault.REFUSED)
"""When there is no pass to show; a used one still opens the way out."""

visitor = Blueprint("visitor", __name__)


def create_app(platform: Platform) -> Flask:
    app = Flask("backend.portals.visitor", template_folder=Path(__file__).parent / "templates", static_folder=STATIC)
    prepare(app, platform, _nobody)
    app.before_request(speak_chinese)
    install_refusal_pages(app)
    serve_assets(app)
    app.jinja_env.filters["plate"] = wording.spaced_plate
    app.after_request(_private)
    app.register_blueprint(visitor)
    return app


def _nobody(request: Request) -> Actor | None:
    return None


def _private(response: Response) -> Response:
    """The address is the secret: it goes into no referrer and no index."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@page(visitor, "/v/<link_token>", Permission.PUBLIC)
def show(link_token: str) -> str:
    """The pass behind the link, in whatever state it is. Raises NotFound."""
    crypto = platform().crypto
    with page_work() as work:
        visit = visits.get_by_link(work.session, crypto, link_token)
        site = sites.get_site(work.session, Scope.of_sites({visit.site_id}), visit.site_id)
        fault = fault_of(visit, work.now)
        text = None if fault in GONE else visits.pass_text(work, crypto, visit)
        stretch = next_stretch(visit, work.now)
    return render_template(
        "pass.html",
        visit=visit,
        site=site,
        fault=fault,
        window=window_text(visit.valid_from, visit.valid_until) if visit.series is None else days_text(visit),
        days=None if visit.series is None else visit_wording.series_text(visit.series),
        today=None if stretch is None else window_text(stretch.start, stretch.end),
        state=visit_wording.ON_PASS[fault],
        qr=None if text is None else qr_svg(text),
        entries_left=0 if stretch is None else entries_left(visit, stretch.day),
        used_up=fault in (VisitFault.USED_UP, VisitFault.DAY_USED_UP),
    )


def window_text(start: datetime, end: datetime) -> str:
    """`11月22日 18:05 至 20:05`; the end's day only where it is another."""
    same_day = local_day(start) == local_day(end)
    last = end.astimezone(LOCAL_ZONE).strftime("%H:%M") if same_day else local_text(end)
    return f"{local_text(start)} 至 {last}"


def days_text(visit: Visit) -> str:
    """`11月22日 至 12月21日`, the last day included."""
    first, last = local_day(visit.valid_from), local_day(visit.valid_until - timedelta(days=1))
    return f"{first.month}月{first.day}日 至 {last.month}月{last.day}日"


def qr_svg(text: str) -> str:
    """Black on white with the quiet zone of four modules (ISO/IEC 18004), to be scaled by the page."""
    code = make_qr(text, error="m", boost_error=False)
    return str(code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None))
