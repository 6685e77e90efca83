import pytest
from flask import Flask

from backend.infrastructure.http.platform import Platform
from backend.portals.property.app import create_app
from tests.integration.portals.gatehouse import Gatehouse, build_gatehouse


@pytest.fixture
def house(platform: Platform) -> Gatehouse:
    return build_gatehouse(platform)


@pytest.fixture
def portal(platform: Platform) -> Flask:
    return create_app(platform)
