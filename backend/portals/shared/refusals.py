"""Refusals and failures as calm pages, or as a toast where a fragment was asked for."""

import json
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, make_response, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from backend.infrastructure.http.problems import HTTP_CODES, STATUS, database_problem, unexpected_problem
from backend.infrastructure.texts import problem_text, translate
from backend.kernel.errors import Refusal, Unauthenticated
from backend.portals.shared.page import is_htmx, safe_target, toast


def install_refusal_pages(app: Flask) -> None:
    """Replaces the problem documents of `prepare`: people read these apps, not programs."""
    app.register_error_handler(Unauthenticated, _to_login)
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(HTTPException, _http_failure)
    for failure in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(failure, _database_away)
    app.register_error_handler(Exception, _unexpected)


def _to_login(refusal: Unauthenticated) -> AnyResponse:
    address = f"/login?{urlencode({'next': safe_target(_wanted_page())})}"
    if not is_htmx():
        return redirect(address)
    response = Response(status=401)
    response.headers["HX-Redirect"] = address
    return response


def _wanted_page() -> str:
    """What to show after the log-in: the page of a fragment, not the fragment; nothing that was posted."""
    if is_htmx():
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
        return f"{page.path}?{page.query}".rstrip("?")
    return request.full_path.rstrip("?") if request.method == "GET" else "/"


def _refused(refusal: Refusal) -> Response:
    return calm(STATUS[refusal.kind], refusal.code, refusal.facts)


def _form_expired(failure: CSRFError) -> Response:
    return _say(400, translate("页面放置太久了"), translate("请刷新页面后再操作一次。"))


def _http_failure(failure: HTTPException) -> Response:
    status = failure.code or 500
    return calm(status, HTTP_CODES.get(status, "http_error"))


def _database_away(failure: Exception) -> Response:
    database_problem(failure)  # logs it
    return calm(503, "database_unavailable")


def _unexpected(failure: Exception) -> Response:
    unexpected_problem(failure)  # logs it
    return calm(500, "internal_error")


def calm(status: int, code: str, facts: dict[str, Any] | None = None) -> Response:
    return _say(status, *problem_text(code, facts or {}))


def _say(status: int, title: str, detail: str) -> Response:
    """`refused` makes the page fetch itself anew: what was pressed may be out of date."""
    if not is_htmx():
        return make_response(render_template("refusal.html", title=title, detail=detail), status)
    response = Response(status=status)
    events = {"toast": toast(f"{title}。{detail}", "bad" if status >= 500 else "warn"), "refused": True}
    response.headers["HX-Trigger"] = json.dumps(events)
    return response
