"""Makes a portal: a Flask app of its own host, cookie, secret and look, from blueprints that portals share."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, g, url_for
from flask_wtf.csrf import CSRFProtect

from backend.features.accounts.model import Portal
from backend.infrastructure.http.app import prepare
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.texts import CHINESE, translate
from backend.kernel.identity import Permission
from backend.portals.shared import vehicle_wording, wording
from backend.portals.shared.cookies import authenticator, configure_cookies
from backend.portals.shared.page import allow_upload
from backend.portals.shared.refusals import install_refusal_pages

HERE = Path(__file__).parent
STATIC = HERE / "static"
YEAR_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True)
class Tile:
    """A place of the portal that its menu and home page lead to, for those who may go there."""

    endpoint: str
    title: str
    purpose: str
    permission: Permission
    covers: str = ""
    """A blueprint, of which every page belongs to this place."""


@dataclass(frozen=True)
class Face:
    """What distinguishes one portal from another."""

    portal: Portal
    title: str
    tiles: Sequence[Tile]


def create_portal(face: Face, platform: Platform, blueprints: Sequence[Blueprint]) -> Flask:
    app = Flask(f"backend.portals.{face.portal.value}", template_folder=HERE / "templates", static_folder=STATIC)
    prepare(app, platform, authenticator(platform, face.portal))
    app.before_request(speak_chinese)
    configure_cookies(app, platform, face.portal)
    app.config.update(ANLIN_FACE=face, WTF_CSRF_TIME_LIMIT=None, SEND_FILE_MAX_AGE_DEFAULT=YEAR_SECONDS)
    app.before_request(allow_upload)
    CSRFProtect(app)
    install_refusal_pages(app)
    serve_assets(app)
    app.after_request(_portal_headers(platform.settings.origin(face.portal.value, live=True)))
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    _teach_templates(app, face, platform)
    return app


def speak_chinese() -> None:
    """The pages are Chinese, so what they say of a refusal is, too, in a browser that would rather have English."""
    g.language = CHINESE


def serve_assets(app: Flask) -> None:
    """Static files are public; their address changes with their bytes, so browsers may keep them."""
    app.view_functions["static"].permission = Permission.PUBLIC  # type: ignore[union-attr]
    app.jinja_env.globals["asset"] = lambda name: url_for("static", filename=name, v=_fingerprint(name))
    app.jinja_env.globals["_"] = translate
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


@cache
def _fingerprint(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def _portal_headers(live_origin: str) -> Callable[[Response], Response]:
    policy = "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            f"connect-src 'self' {live_origin}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )

    def add(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        # With HTTPS the CSRF check wants to see that a form was sent from our own pages.
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        return response

    return add


def _teach_templates(app: Flask, face: Face, platform: Platform) -> None:
    app.jinja_env.globals.update(
        face=face,
        wording=wording,
        live_feed=f"{platform.settings.origin(face.portal.value, live=True)}/live/feed",
    )
    filters = {
        "moment": wording.moment,
        "clock": wording.clock,
        "percent": wording.percent,
        "plate": wording.spaced_plate,
        "camera": vehicle_wording.seen_by_camera,
        "picture": vehicle_wording.seen_in_picture,
    }
    app.jinja_env.filters.update(filters)
    app.context_processor(lambda: {"tiles": _open_tiles(face)})


def _open_tiles(face: Face) -> Sequence[Any]:
    actor = g.get("actor")
    return [tile for tile in face.tiles if actor is not None and actor.may(tile.permission)]
