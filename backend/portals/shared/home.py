from flask import Blueprint, g, render_template

from backend.features.accounts import service as accounts
from backend.features.sites import service as sites
from backend.infrastructure.http.platform import platform
from backend.kernel.identity import Permission
from backend.portals.shared.page import page

home = Blueprint("home", __name__)


@page(home, "/", Permission.SELF)
def start() -> str:
    with platform().database.sessions() as session:
        profile = accounts.get_profile(session, g.actor.id)
        reached = sites.list_sites(session, g.actor.scope)
    return render_template("home.html", profile=profile, sites=reached)
