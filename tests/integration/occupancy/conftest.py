import pytest
from flask import Flask

from backend.infrastructure.http.platform import Platform
from backend.kernel.identity import Role
from backend.portals.property.app import create_app
from tests.integration.portals.gatehouse import Gatehouse, Staff, build_gatehouse, logged_in


@pytest.fixture
def house(platform: Platform) -> Gatehouse:
    return build_gatehouse(platform)


@pytest.fixture
def portal(platform: Platform) -> Flask:
    return create_app(platform)


@pytest.fixture
def guard(house: Gatehouse, portal: Flask) -> Staff:
    return logged_in(portal, house.hire("guard", Role.GUARD))
