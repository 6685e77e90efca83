from collections.abc import Iterator

import pytest
from flask import Flask
from structlog.testing import capture_logs

from backend.device_api.app import create_app
from backend.infrastructure.http.platform import Platform
from tests.integration.device_api.terminal import Lane, Terminal, build_lane


@pytest.fixture
def app(platform: Platform) -> Flask:
    return create_app(platform)


@pytest.fixture
def lane(platform: Platform, app: Flask) -> Lane:
    return build_lane(platform, app)


@pytest.fixture
def gate(lane: Lane) -> Terminal:
    """The way in."""
    return lane.entry


@pytest.fixture(autouse=True)
def _no_unexpected_failure() -> Iterator[None]:
    """Whatever is sent, nothing breaks: a 500 would have been logged."""
    with capture_logs() as logs:
        yield
    assert [entry for entry in logs if entry["event"] == "unexpected failure"] == []
