from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from structlog.testing import capture_logs

from backend.device_api.app import create_app
from backend.infrastructure.http.platform import Platform
from notifications.sandbox.credentials import APP_ID, APP_SECRET
from tests.integration.device_api.terminal import Lane, Terminal, build_lane
from wsgi import all_web_apps


@pytest.fixture
def device_app(platform: Platform) -> Flask:
    return create_app(platform)


@pytest.fixture
def lane(platform: Platform, device_app: Flask) -> Lane:
    return build_lane(platform, device_app)


@pytest.fixture
def gate(lane: Lane) -> Terminal:
    return lane.entry


@pytest.fixture
def elsewhere(platform: Platform, device_app: Flask) -> Lane:
    """Another tenant's community."""
    return build_lane(platform, device_app, "别处花园")


@pytest.fixture
def apps(platform: Platform) -> dict[str, Flask]:
    """Every web app by its host's label; WeChat is never called."""
    settings = replace(platform.settings, wechat_app_id=APP_ID, wechat_app_secret=APP_SECRET)
    return all_web_apps(replace(platform, settings=settings))


@pytest.fixture(autouse=True)
def _no_unexpected_failure() -> Iterator[None]:
    """Whatever is sent, nothing breaks: a 500 would have been logged."""
    with capture_logs() as logs:
        yield
    assert [entry for entry in logs if entry["event"] == "unexpected failure"] == []
