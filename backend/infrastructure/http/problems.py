"""Errors as RFC 9457 problem documents with a stable `code`, in the reader's language."""

import traceback
from typing import Any

import structlog
from flask import Flask, Response, g, json, request
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from backend.infrastructure.texts import problem_text
from backend.kernel.errors import Refusal, RefusalKind

log = structlog.get_logger()

STATUS = {
    RefusalKind.INVALID: 422,
    RefusalKind.UNAUTHENTICATED: 401,
    RefusalKind.FORBIDDEN: 403,
    RefusalKind.NOT_FOUND: 404,
    RefusalKind.CONFLICT: 409,
    RefusalKind.GONE: 410,
    RefusalKind.TOO_LARGE: 413,
    RefusalKind.UNSUPPORTED: 415,
    RefusalKind.RATE_LIMITED: 429,
    RefusalKind.UNAVAILABLE: 503,
}
HTTP_CODES = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "body_too_large",
    414: "address_too_long",
    415: "unsupported_media_type",
    422: "invalid",
    431: "headers_too_large",
}
RETRY_AFTER_SECONDS = {429: "60", 503: "5"}


def problem(status: int, code: str, facts: dict[str, Any] | None = None, errors: Any = None) -> Response:
    title, detail = problem_text(code, facts or {})
    document: dict[str, Any] = {"type": f"urn:anlin:problem:{code}", "title": title, "status": status, "code": code}
    if detail:
        document["detail"] = detail
    document["instance"] = f"urn:anlin:request:{g.get('request_id', '-')}"
    if facts:
        document["facts"] = facts
    if errors:
        document["errors"] = errors
    # The names of unknown fields come back, and a stranger's names may hold half a character.
    body = json.dumps(document, ensure_ascii=False).encode(errors="replace")
    response = Response(body, status, mimetype="application/problem+json")
    if status in RETRY_AFTER_SECONDS:
        response.headers["Retry-After"] = RETRY_AFTER_SECONDS[status]
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def refusal_problem(refusal: Refusal) -> Response:
    return problem(STATUS[refusal.kind], refusal.code, refusal.facts)


def http_problem(failure: HTTPException) -> Response:
    status = failure.code or 500
    response = problem(status, HTTP_CODES.get(status, "http_error"), errors=_field_errors(failure))
    for name, value in failure.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _field_errors(failure: HTTPException) -> Any:
    """webargs leaves marshmallow's messages on the exception, by location and field."""
    data = getattr(failure, "data", None) or {}
    return data.get("messages")


def database_problem(failure: Exception) -> Response:
    log.error("database unavailable", error=type(failure).__name__)
    return problem(503, "database_unavailable")


def unexpected_problem(failure: Exception) -> Response:
    """Logs where it broke, never the message: a unique violation would quote a phone number."""
    frames = traceback.extract_tb(failure.__traceback__)[-6:]
    log.error(
        "unexpected failure",
        error=type(failure).__name__,
        at=[f"{f.filename.rsplit('/', 2)[-2]}/{f.filename.rsplit('/', 1)[-1]}:{f.lineno}" for f in frames],
        route=str(request.url_rule),
    )
    return problem(500, "internal_error")


def install_problems(app: Flask) -> None:
    app.register_error_handler(Refusal, refusal_problem)
    app.register_error_handler(HTTPException, http_problem)
    app.register_error_handler(OperationalError, database_problem)
    app.register_error_handler(InterfaceError, database_problem)
    app.register_error_handler(PoolTimeout, database_problem)
    app.register_error_handler(Exception, unexpected_problem)
