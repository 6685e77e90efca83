"""The one way to add a page: address and permission are fixed together, closed by default.

@page(blueprint, "/visits", Permission.VISIT_READ)
def visits() -> str:
    with page_work() as work:
        ...
"""

import functools
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, Response, current_app, g, make_response, request

from backend.infrastructure.http.identity import authorise
from backend.infrastructure.http.platform import platform
from backend.infrastructure.unit_of_work import Work, unit_of_work
from backend.kernel.errors import Refusal
from backend.kernel.identity import Permission
from backend.kernel.paging import Cursor, PageRequest

View = Callable[..., Any]
Decorator = Callable[[View], View]
E = TypeVar("E", bound=Enum)
T = TypeVar("T")
GET = ("GET",)
POST = ("POST",)
PAGE_SIZE = 30


def page(
    blueprint: Blueprint, rule: str, permission: Permission, methods: Sequence[str] = GET, max_bytes: int | None = None
) -> Decorator:
    """`max_bytes` is for a form with a file; others take what a form without one needs."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            g.actor = authorise(permission)
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        guarded.max_bytes = max_bytes  # type: ignore[attr-defined]
        blueprint.add_url_rule(rule, view.__name__, guarded, methods=list(methods))
        return guarded

    return decorate


def allow_upload() -> None:
    """Before the request's form is read, which the CSRF check does first of all."""
    view = current_app.view_functions.get(request.endpoint or "")
    limit = getattr(view, "max_bytes", None)
    if limit is not None:
        request.max_content_length = limit


@contextmanager
def page_work() -> Iterator[Work]:
    """One transaction of the request's actor; the page is rendered after it."""
    with unit_of_work(platform().database, g.actor) as work:
        yield work


def is_htmx() -> bool:
    return request.headers.get("HX-Request") == "true"


def with_events(body: str, **events: Any) -> Response:
    """A fragment whose arrival also raises events on the page, such as `toast`."""
    response = make_response(body)
    response.headers["HX-Trigger"] = json.dumps(events)
    return response


def toast(text: str, kind: str = "good") -> dict[str, str]:
    """`kind` is good, warn or bad."""
    return {"text": text, "kind": kind}


def safe_target(address: str | None) -> str:
    """The path of an address of this host; the home page for anything that might lead elsewhere."""
    parts = urlsplit((address or "").replace("\\", "/"))
    here = not parts.scheme and not parts.netloc and parts.path.startswith("/") and not parts.path.startswith("//")
    return parts.path + (f"?{parts.query}" if parts.query else "") if here else "/"


def choice(kind: type[E], text: str | None) -> E:
    """A value that a form offered. Raises Refusal for any other."""
    return _parsed(kind, text or "")


def _parsed(parse: Callable[[str], T], text: str) -> T:
    try:
        return parse(text)
    except ValueError:
        raise Refusal from None


def optional_id(text: str | None) -> UUID | None:
    return _parsed(UUID, text) if text else None


def optional_day(text: str | None) -> date | None:
    return _parsed(date.fromisoformat, text) if text else None


def optional_number(text: str | None) -> int | None:
    return _parsed(int, text) if text else None


def page_request() -> PageRequest:
    after = request.args.get("after")
    return PageRequest(PAGE_SIZE, Cursor.decode(after) if after else None)
