"""What every Flask app of the installation shares: problems, request ids, logs, headers, health."""

import time
from uuid import UUID

import structlog
from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from backend.infrastructure.http.bounded_request import BoundedRequest
from backend.infrastructure.http.health import health_blueprint
from backend.infrastructure.http.identity import AUTHENTICATOR, Authenticator
from backend.infrastructure.http.platform import EXTENSION, Platform
from backend.infrastructure.http.problems import install_problems
from backend.infrastructure.metrics import REQUEST_SECONDS
from backend.infrastructure.texts import choose_language
from backend.kernel.ids import uuid7

log = structlog.get_logger()

MAX_JSON_BYTES = 64 * 1024
QUIET_ROUTES = frozenset({"/healthz", "/readyz", "/version", "/metrics"})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""A method is any word a stranger likes; each would be another series of metrics."""


def prepare(app: Flask, platform: Platform, authenticate: Authenticator, *, max_bytes: int = MAX_JSON_BYTES) -> None:
    """Makes a bare Flask app one of ours; the caller registers blueprints afterwards."""
    app.request_class = BoundedRequest
    app.extensions[EXTENSION] = platform
    app.config[AUTHENTICATOR] = authenticate
    app.config["MAX_CONTENT_LENGTH"] = max_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = min(max_bytes, MAX_JSON_BYTES)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    if platform.settings.trusted_proxies:
        hops = platform.settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    install_problems(app)
    app.register_blueprint(health_blueprint(app.name))
    app.before_request(_begin)
    app.after_request(_finish)


def _begin() -> None:
    g.started = time.perf_counter()
    g.request_id = _request_id(request.headers.get("X-Request-ID", ""))
    g.language = choose_language(request.accept_languages)
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _request_id(offered: str) -> str:
    try:
        return str(UUID(offered))
    except ValueError:
        return str(uuid7())


def _finish(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.get("request_id", "-")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    response.headers.setdefault("Cache-Control", "no-store")
    _observe(response)
    structlog.contextvars.unbind_contextvars("request_id")
    return response


def _observe(response: Response) -> None:
    """Route templates, not addresses: an address may hold a token or an id."""
    seconds = time.perf_counter() - g.get("started", time.perf_counter())
    route = request.url_rule.rule if request.url_rule else "(none)"
    response.headers["X-Anlin-Route"] = route  # nginx logs it instead of the address, and takes it off
    method = request.method if request.method in METHODS else "(other)"
    REQUEST_SECONDS.labels(method, route, str(response.status_code)).observe(seconds)
    if route not in QUIET_ROUTES:
        actor = g.get("actor")
        log.info(
            "request",
            method=method,
            route=route,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
            actor=actor.kind.value if actor else None,
        )
