from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from backend.features.residents import service as residents
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.identity import system_actor
from miniprogram_api.app import create_app
from miniprogram_api.wechat import build_mini_program
from notifications.sandbox.credentials import APP_ID, APP_SECRET
from tests.builders.community import Community, build_community
from tests.drivers.sandbox import Sandbox, running_sandbox
from tests.integration.miniprogram_api.phone import Phone

NewPhone = Callable[..., Phone]


@pytest.fixture(scope="session")
def wechat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(Path(tmp_path_factory.mktemp("sandbox"))) as sandbox:
        yield sandbox


@pytest.fixture
def app(platform: Platform, wechat: Sandbox) -> Flask:
    wechat.reset()
    settings = replace(
        platform.settings, wechat_base_url=wechat.url, wechat_app_id=APP_ID, wechat_app_secret=APP_SECRET
    )
    return create_app(platform, build_mini_program(settings))


@pytest.fixture
def community(platform: Platform) -> Community:
    return build_community(platform)


@pytest.fixture
def stranger(app: Flask, wechat: Sandbox) -> Phone:
    """Logged in, and nobody's resident."""
    return Phone(app, wechat, "openid-stranger", "13900000009").log_in()


@pytest.fixture
def candidate(app: Flask, wechat: Sandbox, community: Community) -> Phone:
    """Logged in with the number that the property has on file for room 501."""
    return Phone(app, wechat, "openid-wang", community.phone).log_in().share_number()


@pytest.fixture
def resident(platform: Platform, community: Community, candidate: Phone) -> Phone:
    """Bound to room 501, with the property's approval."""
    binding_id = candidate.post("/bindings", {"room_id": str(community.rooms[0])}).get_json()["id"]
    with unit_of_work(platform.database, system_actor(community.tenant_id, {community.site_id})) as work:
        residents.decide_binding(work, community.scope, binding_id, approve=True)
    return candidate
