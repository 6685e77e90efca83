"""The visitor's pass on the web: no app, no account, no cookie; the unguessable link is all there is."""

from datetime import datetime
from pathlib import Path

from flask import Blueprint, Flask, Request, Response, render_template
from segno import make_qr

from backend.features.sites import service as sites
from backend.features.visits import service as visits
from backend.features.visits.model import Visit, VisitFault
from backend.features.visits.rules import fault_of
from backend.infrastructure.http.app import prepare
from backend.infrastructure.http.platform import Platform, platform
from backend.kernel.clock import LOCAL_ZONE, local_day, local_text
from backend.kernel.identity import Actor, Permission, Scope
from backend.portals.shared import wording
from backend.portals.shared.factory import STATIC, serve_assets, speak_chinese
from backend.portals.shared.page import page, page_work
from backend.portals.shared.refusals import install_refusal_pages

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
USABLE = (None, VisitFault.NOT_YET, VisitFault.USED_UP)
"""When the pass is worth showing: a used one still opens the way out."""

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
        text = visits.pass_text(work, crypto, visit) if fault in USABLE else None
    return render_template(
        "pass.html",
        visit=visit,
        site=site,
        fault=fault,
        window=window_text(visit.valid_from, visit.valid_until),
        qr=None if text is None else qr_svg(text),
        entries_left=_entries_left(visit),
        faults=VisitFault,
    )


def _entries_left(visit: Visit) -> int:
    return visit.max_entries - visit.entries


def window_text(start: datetime, end: datetime) -> str:
    """`11月22日 18:05 至 20:05`; the end's day only where it is another."""
    same_day = local_day(start) == local_day(end)
    last = end.astimezone(LOCAL_ZONE).strftime("%H:%M") if same_day else local_text(end)
    return f"{local_text(start)} 至 {last}"


def qr_svg(text: str) -> str:
    """Black on white with the quiet zone of four modules (ISO/IEC 18004), to be scaled by the page."""
    code = make_qr(text, error="m", boost_error=False)
    return str(code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None))
