"""Who is asking. Each app brings one authenticator; an endpoint's permission is checked here and nowhere else."""

from collections.abc import Callable

from flask import Request, current_app, g, request

from backend.kernel.errors import Forbidden, Unauthenticated
from backend.kernel.identity import ANONYMOUS, Actor, Permission

Authenticator = Callable[[Request], Actor | None]
AUTHENTICATOR = "ANLIN_AUTHENTICATOR"


def authorise(permission: Permission) -> Actor:
    """The actor of this request. Raises Unauthenticated or Forbidden."""
    actor = current_actor()
    if actor.may(permission):
        return actor
    raise Unauthenticated if actor is ANONYMOUS else Forbidden


def current_actor() -> Actor:
    if "actor" not in g:
        authenticate: Authenticator = current_app.config[AUTHENTICATOR]
        g.actor = authenticate(request) or ANONYMOUS
    actor: Actor = g.actor
    return actor


def bearer_token(request: Request) -> str | None:
    """The opaque token of an `Authorization: Bearer` header; None for anything else."""
    header = request.authorization
    return header.token if header is not None and header.type == "bearer" else None
