"""Every route of every app: its permission, who has it, and that nobody else gets through."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask

from backend.cli.context import documentation_platform
from backend.infrastructure.http.identity import AUTHENTICATOR
from backend.infrastructure.http.platform import Platform
from backend.kernel.identity import ANONYMOUS, Actor, ActorKind, Permission, Role
from backend.live.entry import live_apps
from wsgi import all_web_apps

MATRIX = Path(__file__).with_name("route_matrix.txt")
DENIED = (401, 403)
TO_LOG_IN = 302


@dataclass(frozen=True)
class Endpoint:
    app: str
    method: str
    rule: str
    permission: Permission | None

    def __str__(self) -> str:
        holders = [role.value for role in Role if self.permission and _actor(role).may(self.permission)]
        who = "everybody" if self.permission is Permission.PUBLIC else " ".join(holders)
        permission = self.permission.value if self.permission else "NONE"
        return f"{self.app:<14} {self.method:<7} {self.rule:<62} {permission:<18} {who}".rstrip()


def _actor(role: Role) -> Actor:
    return Actor(ActorKind.STAFF, uuid4(), None, frozenset({role}))


@pytest.fixture(scope="module")
def apps() -> dict[str, Flask]:
    platform: Platform = documentation_platform()
    live = {f"live-{name}": app for name, app in live_apps(platform).items()}
    return {**all_web_apps(platform), **live}


def endpoints(apps: dict[str, Flask]) -> Iterator[Endpoint]:
    for name, app in sorted(apps.items()):
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
            permission = getattr(app.view_functions[rule.endpoint], "permission", None)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield Endpoint(name, method, rule.rule, permission)


def test_every_route_has_a_permission_or_is_public(apps: dict[str, Flask]) -> None:
    assert [str(endpoint) for endpoint in endpoints(apps) if endpoint.permission is None] == []


def test_the_route_matrix_is_the_committed_one(apps: dict[str, Flask]) -> None:
    """To change it on purpose: `python -m tests.architecture.route_matrix`."""
    assert [str(endpoint) for endpoint in endpoints(apps)] == MATRIX.read_text().splitlines()


def test_without_its_permission_nobody_gets_through(apps: dict[str, Flask]) -> None:
    """Every closed route is called by every role that lacks its permission, and by a stranger."""
    let_through = []
    for endpoint in endpoints(apps):
        if endpoint.permission is Permission.PUBLIC or endpoint.permission is None:
            continue
        strangers = [ANONYMOUS] + [actor for role in Role if not (actor := _actor(role)).may(endpoint.permission)]
        for actor in strangers:
            status = _call(apps[endpoint.app], endpoint, actor)
            if status not in (*DENIED, TO_LOG_IN) or (status == TO_LOG_IN and actor is not ANONYMOUS):
                let_through.append(f"{endpoint.app} {endpoint.method} {endpoint.rule} {actor.roles} {status}")
    assert let_through == []


def _call(app: Flask, endpoint: Endpoint, actor: Actor) -> int:
    app.config[AUTHENTICATOR] = lambda request: None if actor is ANONYMOUS else actor
    app.config["WTF_CSRF_ENABLED"] = False
    address = endpoint.rule
    for argument in ("uuid:", "string:", "path:", "int:"):
        address = address.replace(f"<{argument}", "<")
    while "<" in address:
        start, end = address.index("<"), address.index(">")
        address = address[:start] + str(UUID(int=1)) + address[end + 1 :]
    return app.test_client().open(address, method=endpoint.method).status_code
