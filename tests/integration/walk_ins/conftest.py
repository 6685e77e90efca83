import pytest
from flask import Flask

from backend.infrastructure.http.platform import Platform
from backend.portals.property.app import create_app
from tests.integration.walk_ins.gate import Gate, build_gate


@pytest.fixture
def gate(platform: Platform) -> Gate:
    return build_gate(platform)


@pytest.fixture
def portal(platform: Platform) -> Flask:
    return create_app(platform)
