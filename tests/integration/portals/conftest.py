from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser

from backend.infrastructure.http.platform import Platform
from backend.portals.property.app import create_app
from tests.drivers.browser import open_browser
from tests.integration.portals.gatehouse import Gatehouse, build_gatehouse


@pytest.fixture
def house(platform: Platform) -> Gatehouse:
    return build_gatehouse(platform)


@pytest.fixture
def portal(platform: Platform) -> Flask:
    """The property portal with its CSRF check as in production."""
    return create_app(platform)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser
