"""`/healthz` the process lives; `/readyz` its dependencies answer; `/version`; `/metrics`. No secrets, no identity."""

import ipaddress
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from backend.infrastructure import presence
from backend.infrastructure.http.platform import Platform, platform
from backend.infrastructure.metrics import registry_for_scrape
from backend.infrastructure.schema import current_revision, expected_revision
from backend.infrastructure.version import VERSION
from backend.kernel.identity import Permission
from backend.kernel.jobs import Queue

PUBLIC_PATHS = ("/healthz", "/readyz", "/version", "/metrics")


def health_blueprint(app_name: str) -> Blueprint:
    blueprint = Blueprint("health", __name__)
    for path, view in zip(PUBLIC_PATHS, (healthz, readyz, version_view, metrics), strict=True):
        view.permission = Permission.PUBLIC  # type: ignore[attr-defined]
        blueprint.add_url_rule(path, view_func=view)
    return blueprint


def healthz() -> Response:
    return jsonify(status="ok")


def readyz() -> Response:
    """503 until the database, at the right migration, and the media store answer.

    Redis and recognition are reported and do not make it unready: urgent work flows without the one, and without
    the other a guard reads the plates.
    """
    here = platform()
    checks = {
        "database": _passes(lambda: _database_answers(here)),
        "migrations": _passes(lambda: _migrated(here)),
        "media": _passes(here.media.writable),
    }
    optional = {"redis": _passes(lambda: _redis_answers(here)), "recognition": _passes(lambda: bool(_engines(here)))}
    response = jsonify(ready=all(checks.values()), checks=checks | optional, engines=_engines_or_none(here))
    response.status_code = 200 if all(checks.values()) else 503
    return response


def _passes(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (SQLAlchemyError, RedisError, OSError):
        return False


def _database_answers(here: Platform) -> bool:
    with here.database.engine.connect() as connection:
        return bool(connection.execute(text("SELECT 1")).scalar_one() == 1)


def _migrated(here: Platform) -> bool:
    with here.database.engine.connect() as connection:
        return current_revision(connection) == expected_revision()


def _redis_answers(here: Platform) -> bool:
    with Redis.from_url(here.settings.redis_url, socket_timeout=1, socket_connect_timeout=1) as client:
        return bool(client.ping())


def _engines(here: Platform) -> list[dict[str, Any]]:
    """Those of the recognition processes at work now: name, version, whether loaded and available, and why not."""
    with here.database.sessions() as session:
        return [engine for process in presence.at_work(session, Queue.RECOGNITION.value) for engine in process.engines]


def _engines_or_none(here: Platform) -> list[dict[str, Any]] | None:
    """None where the database cannot be asked."""
    try:
        return _engines(here)
    except SQLAlchemyError:
        return None


def version_view() -> Response:
    return jsonify(name="anlin", version=VERSION)


def metrics() -> Response:
    """For the machine itself and private networks only: route names and counts are nobody else's business."""
    caller = ipaddress.ip_address(request.remote_addr or "0.0.0.0")  # noqa: S104 - an unknown caller is refused
    if not (caller.is_loopback or caller.is_private):
        abort(404)
    return Response(generate_latest(registry_for_scrape(platform().database)), mimetype=CONTENT_TYPE_LATEST)
