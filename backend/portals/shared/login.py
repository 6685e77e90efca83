"""Log-in in two calm steps, and log-out."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, g, make_response, redirect, render_template, request, session
from segno import make_qr
from werkzeug.wrappers import Response as AnyResponse

from backend.features.accounts import service as accounts
from backend.features.accounts.errors import CodeRefused, LoginExpired, NewPasswordNeeded
from backend.features.accounts.model import Portal, StaffSession
from backend.infrastructure.http.identity import current_actor
from backend.infrastructure.http.platform import platform
from backend.infrastructure.http.problems import STATUS
from backend.infrastructure.texts import problem_text
from backend.infrastructure.texts import translate as _
from backend.kernel.errors import Refusal
from backend.kernel.identity import ANONYMOUS, Permission
from backend.portals.shared.cookies import desk_cookie, drop_token, set_token, token_cookie
from backend.portals.shared.page import POST, page, page_work, safe_target

login = Blueprint("login", __name__)


@page(login, "/login", Permission.PUBLIC)
def ask_password() -> AnyResponse | str:
    if current_actor() is not ANONYMOUS:
        return redirect(_target())
    if desk_cookie(platform().settings, here_at()) in request.cookies and "password" not in request.args:
        return redirect(f"/desk?{urlencode({'next': _target()})}")
    return render_template("login.html", target=_target())


@page(login, "/login", Permission.PUBLIC, POST)
def check_password() -> Response | str:
    username = request.form.get("username", "")
    here = platform()
    try:
        pending = accounts.begin_login(
            here.database, here.crypto, here_at(), username, request.form.get("password", "")
        )
    except Refusal as refusal:
        return _again("login.html", refusal, target=_target(), username=username)
    enrolment = pending.enrolment
    return render_template(
        "login_code.html",
        target=_target(),
        challenge=pending.challenge,
        renew=pending.new_password_needed,
        enrolment=enrolment,
        enrolment_qr=make_qr(enrolment.uri).svg_data_uri(border=2, scale=5) if enrolment else None,
    )


@page(login, "/login/code", Permission.PUBLIC, POST)
def check_code() -> AnyResponse:
    if request.form.get("new_password") != request.form.get("new_password_again"):
        advice = (_("两次输入的新密码不一样"), _("请重新输入新密码。"))
        return _shown(422, "login_code.html", *advice, target=_target(), challenge=_challenge(), renew=True)
    try:
        opened = _complete()
    except LoginExpired as refusal:
        return _again("login.html", refusal, target=_target())
    except Refusal as refusal:
        renew = "renew" in request.form or isinstance(refusal, NewPasswordNeeded)
        return _again("login_code.html", refusal, target=_target(), challenge=_challenge(), renew=renew)
    session.clear()
    response = redirect(_target())
    set_token(response, platform().settings, here_at(), opened)  # type: ignore[arg-type]
    return response


def _complete() -> StaffSession:
    here = platform()
    new = request.form.get("new_password") or None
    code = "".join(request.form.get("code", "").split())
    if not (code.isascii() and code.isdigit()):
        raise CodeRefused
    return accounts.complete_login(here.database, here.crypto, here_at(), _challenge(), code, new)


@page(login, "/logout", Permission.SELF, POST)
def log_out() -> AnyResponse:
    here = platform()
    with page_work() as work:
        token = request.cookies.get(token_cookie(here.settings, here_at()), "")
        accounts.revoke_session(work, here.crypto, token)
    session.clear()
    g.actor = ANONYMOUS
    response = redirect("/login")
    drop_token(response, here.settings, here_at())  # type: ignore[arg-type]
    return response


def _again(template: str, refusal: Refusal, **values: Any) -> Response:
    return _shown(STATUS[refusal.kind], template, *problem_text(refusal.code, refusal.facts), **values)


def _shown(status: int, template: str, title: str, detail: str, **values: Any) -> Response:
    return make_response(render_template(template, title=title, detail=detail, **values), status)


def here_at() -> Portal:
    """The portal whose page this is."""
    portal: Portal = current_app.config["ANLIN_FACE"].portal
    return portal


def _target() -> str:
    return safe_target(request.values.get("next"))


def _challenge() -> str:
    return request.form.get("challenge", "")
