"""The one way to add a JSON endpoint: identity, permission, arguments and view are fixed together.

    @endpoint(blueprint, "POST", "/visits", Permission.VISIT_CREATE, body=VisitRequest, answer=VisitResponse,
              status=201, idempotent=True)
    def create_visit(body: dict) -> Response:
        with request_work() as work:
            return answer(work, visits.register(work, ...))

The view opens the unit of work itself, never around I/O. `answer` dumps the JSON, and stores it under the
request's idempotency key, inside that unit: what a repeat replays has committed with what it did.
"""

import functools
import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Response, g, json, request
from flask_smorest import Blueprint
from marshmallow import Schema

from backend.infrastructure.http.identity import authorise
from backend.infrastructure.http.json_body import JsonBodyParser
from backend.infrastructure.http.platform import platform
from backend.infrastructure.idempotency import BadKey, KeyRequired, Replay, StoredAnswer, claim_key, store_answer
from backend.infrastructure.unit_of_work import Work, unit_of_work
from backend.kernel.identity import Permission

View = Callable[..., Response]
BODY_PARSER = JsonBodyParser()
KEY_PATTERN = re.compile(r"[A-Za-z0-9_-]{8,64}")
KEY_HEADER = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{8,64}$"},
    "description": "Made by the client once for each intent; a repeat with the same key gets the same answer.",
}


def endpoint(
    blueprint: Blueprint,
    method: str,
    rule: str,
    permission: Permission,
    *,
    body: type[Schema] | None = None,
    query: type[Schema] | None = None,
    answer: type[Schema] | None = None,
    status: int = 200,
    idempotent: bool = False,
    doc: dict[str, Any] | None = None,
) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        documented = blueprint.response(status, answer() if answer else None)(view)
        blueprint.ARGUMENTS_PARSER = BODY_PARSER
        if body is not None:
            documented = blueprint.arguments(body)(documented)
        if query is not None:
            documented = blueprint.arguments(query, location="query")(documented)
        if doc or idempotent:
            documented = blueprint.doc(**(doc or {}), **({"parameters": [KEY_HEADER]} if idempotent else {}))(
                documented
            )

        @functools.wraps(documented)
        def guarded(*args: Any, **kwargs: Any) -> Response:
            g.actor = authorise(permission)
            g.answer_schema, g.answer_status = answer, status
            g.idempotency_key = _idempotency_key() if idempotent else None
            try:
                return documented(*args, **kwargs)  # type: ignore[no-any-return]
            except Replay as replay:
                return _json(replay.answer.body, replay.answer.status)

        guarded.permission = permission  # type: ignore[attr-defined]
        blueprint.route(rule, methods=[method])(guarded)
        return guarded

    return decorate


@contextmanager
def request_work() -> Iterator[Work]:
    """The unit of work of this request; claims its idempotency key first. Raises Replay."""
    with unit_of_work(platform().database, g.actor) as work:
        if g.idempotency_key is not None:
            claim_key(work.session, g.actor.id, g.idempotency_key, _request_hash(), work.now)
        yield work


def answer(work: Work, value: Any) -> Response:
    """The endpoint's answer, dumped and kept for repeats inside the transaction that it reports."""
    schema = g.answer_schema
    body = b"" if schema is None else json.dumps(schema().dump(value), ensure_ascii=False).encode()
    if g.idempotency_key is not None:
        store_answer(work.session, g.actor.id, g.idempotency_key, StoredAnswer(g.answer_status, body))
    return _json(body, g.answer_status)


def _json(body: bytes, status: int) -> Response:
    return Response(body, status, mimetype="application/json" if body else None)


def _idempotency_key() -> str:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        raise KeyRequired
    if not KEY_PATTERN.fullmatch(key):
        raise BadKey
    return key


def _request_hash() -> bytes:
    """Method, address and body: the same key with any other is a mistake of the client."""
    head = f"{request.method} {request.full_path}\n".encode()
    return hashlib.sha256(head + request.get_data(cache=True)).digest()
