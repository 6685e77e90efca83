"""The police's portal: so far the supervisor's view of who looked at what."""

from flask import Flask

from backend.features.accounts.model import Portal
from backend.infrastructure.http.platform import Platform
from backend.portals.shared.audit import audit
from backend.portals.shared.factory import Face, create_portal
from backend.portals.shared.home import home
from backend.portals.shared.login import login
from backend.portals.shared.tiles import AUDIT

FACE = Face(Portal.POLICE, "安邻 · 警务", (AUDIT,))


def create_app(platform: Platform) -> Flask:
    return create_portal(FACE, platform, (login, home, audit))
