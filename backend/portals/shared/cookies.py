"""The two cookies of a portal: the staff session's token, and Flask's own signed one with the CSRF token.

Hosts keep portals apart, and the names do so again: `make run` serves every host from one port.
"""

from datetime import timedelta

from flask import Flask, Request, Response

from backend.features.accounts import service as accounts
from backend.features.accounts.model import Portal, StaffSession
from backend.infrastructure.http.identity import Authenticator
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.keys import Purpose
from backend.infrastructure.settings import Settings
from backend.kernel.identity import Actor

DESK_LIFE = timedelta(days=400)
"""The longest that browsers keep a cookie; revoking the terminal ends it at once."""


def token_cookie(settings: Settings, portal: Portal) -> str:
    """`anlin_property`; with HTTPS the `__Host-` prefix, which no other host can set."""
    return f"{_prefix(settings)}anlin_{portal.value}"


def desk_cookie(settings: Settings, portal: Portal) -> str:
    """Of a browser that a manager has registered as a guard's desk."""
    return f"{token_cookie(settings, portal)}_desk"


def set_desk(response: Response, settings: Settings, portal: Portal, token: str) -> None:
    response.set_cookie(
        desk_cookie(settings, portal),
        token,
        max_age=DESK_LIFE,
        path="/",
        secure=is_secure(settings),
        httponly=True,
        samesite="Lax",
    )


def _prefix(settings: Settings) -> str:
    return "__Host-" if is_secure(settings) else ""


def is_secure(settings: Settings) -> bool:
    return settings.public_scheme == "https"


def authenticator(platform: Platform, portal: Portal) -> Authenticator:
    """Who a request of this portal comes from, for its pages and for its live feed alike."""
    name, desk = token_cookie(platform.settings, portal), desk_cookie(platform.settings, portal)

    def authenticate(request: Request) -> Actor | None:
        token, desk_token = request.cookies.get(name), request.cookies.get(desk)
        if not token:
            return None
        return accounts.authenticate_session(platform.database, platform.crypto, token, portal, desk_token)

    return authenticate


def configure_cookies(app: Flask, platform: Platform, portal: Portal) -> None:
    app.config.update(
        SECRET_KEY=platform.crypto.derive(Purpose.COOKIES, portal.value).hex(),
        SESSION_COOKIE_NAME=f"{_prefix(platform.settings)}anlin_{portal.value}_form",
        SESSION_COOKIE_SECURE=is_secure(platform.settings),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
    )


def set_token(response: Response, settings: Settings, portal: Portal, session: StaffSession) -> None:
    response.set_cookie(
        token_cookie(settings, portal),
        session.token,
        expires=session.expires_at,
        path="/",
        secure=is_secure(settings),
        httponly=True,
        samesite="Lax",
    )


def drop_token(response: Response, settings: Settings, portal: Portal) -> None:
    """Pictures that the browser kept for a while go with the session."""
    response.delete_cookie(
        token_cookie(settings, portal), path="/", secure=is_secure(settings), httponly=True, samesite="Lax"
    )
    response.headers["Clear-Site-Data"] = '"cache"'
