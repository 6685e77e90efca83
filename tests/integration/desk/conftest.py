import pytest
from flask import Flask

from backend.infrastructure.http.platform import Platform
from backend.portals.property.app import create_app
from tests.integration.credentials.house import build_house
from tests.integration.desk.post import Post, build_post


@pytest.fixture
def portal(platform: Platform) -> Flask:
    return create_app(platform)


@pytest.fixture
def post(platform: Platform, portal: Flask) -> Post:
    return build_post(build_house(platform, portal))
