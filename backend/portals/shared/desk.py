"""The guard's desk: log-in by card and PIN in a registered browser, and the manager's page that registers it."""

from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, session
from werkzeug.wrappers import Response as AnyResponse

from backend.features.desk import service as desk
from backend.features.desk.errors import DeskLoginFailed
from backend.features.desk.model import Terminal
from backend.infrastructure.http.platform import platform
from backend.infrastructure.texts import problem_text
from backend.infrastructure.texts import translate as _
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.clock import local_day
from backend.kernel.errors import NotFound
from backend.kernel.identity import ANONYMOUS, Permission
from backend.pages.desk_list import read_desks
from backend.portals.shared.cookies import desk_cookie, set_desk, set_token
from backend.portals.shared.login import here_at
from backend.portals.shared.page import POST, optional_id, page, page_work, safe_target, toast, with_events

desks = Blueprint("desk", __name__)
MANAGE = Permission.STAFF_MANAGE
AFTER_LOGIN = "/gate"


@page(desks, "/desk", Permission.PUBLIC)
def ask_card() -> AnyResponse | str:
    """A browser that is no desk is led to the ordinary log-in."""
    terminal = here_now()
    if terminal is None:
        return redirect("/login?password=1")
    return render_template("desk/login.html", terminal=terminal, target=_target())


@page(desks, "/desk", Permission.PUBLIC, POST)
def log_in() -> AnyResponse:
    here, form = platform(), request.form
    try:
        opened = desk.log_in(here.database, here.crypto, here_at(), _token(), form.get("card", ""), form.get("pin", ""))
    except DeskLoginFailed as refusal:
        title, detail = problem_text(refusal.code, refusal.facts)
        page_ = render_template("desk/login.html", terminal=here_now(), target=_target(), title=title, detail=detail)
        return make_response(page_, 401)
    session.clear()
    response = redirect(_target())
    set_token(response, here.settings, here_at(), opened)  # type: ignore[arg-type]
    return response


def here_now() -> Terminal | None:
    """The desk that this browser is."""
    here = platform()
    with unit_of_work(here.database, ANONYMOUS) as work:
        return desk.find_terminal(work.session, here.crypto, _token(), here_at())


def _token() -> str:
    return request.cookies.get(desk_cookie(platform().settings, here_at()), "")


def _target() -> str:
    found = safe_target(request.values.get("next"))
    return AFTER_LOGIN if found == "/" else found


@page(desks, "/desks", MANAGE)
def manage() -> str:
    return _rendered("desk/page.html")


@page(desks, "/desks", MANAGE, POST)
def register() -> AnyResponse:
    """This very browser becomes the desk."""
    here, form = platform(), request.form
    site_id = optional_id(form.get("site"))
    if site_id is None:
        raise NotFound
    with page_work() as work:
        name, shifts = form.get("name", ""), form.get("shifts", "")
        token = desk.register_terminal(work, here.crypto, work.actor.scope, site_id, here_at(), name, shifts)
    response = redirect("/desks?registered=1")
    set_desk(response, here.settings, here_at(), token)  # type: ignore[arg-type]
    return response


@page(desks, "/desks/<uuid:terminal_id>/revoke", MANAGE, POST)
def revoke(terminal_id: UUID) -> Response:
    with page_work() as work:
        desk.revoke_terminal(work, work.actor.scope, terminal_id)
    return _said(_("已停用，这台电脑上的登录同时结束。"))


@page(desks, "/desks/people", MANAGE, POST)
def give() -> Response:
    staff_id, employee_id = optional_id(request.form.get("staff")), optional_id(request.form.get("employee"))
    if staff_id is None or employee_id is None:
        raise NotFound
    with page_work() as work:
        pin = request.form.get("pin", "")
        desk.give_access(work, platform().crypto, work.actor.scope, staff_id, employee_id, pin)
    return _said(_("已开通：刷这名员工的门禁卡，再输入密码，就能在岗亭登录。"))


@page(desks, "/desks/people/<uuid:staff_id>/take", MANAGE, POST)
def take(staff_id: UUID) -> Response:
    with page_work() as work:
        desk.take_access(work, work.actor.scope, staff_id)
    return _said(_("已取消，登录同时结束。"))


def _said(text: str) -> Response:
    return with_events(_rendered("desk/list.html"), toast=toast(text))


def _rendered(template: str) -> str:
    with page_work() as work:
        found = read_desks(work.session, work.actor.scope, here_at(), local_day(work.now))
    shifts = " ".join(map(str, desk.DEFAULT_SHIFTS))
    return render_template(template, found=found, shifts=shifts, registered="registered" in request.args)
