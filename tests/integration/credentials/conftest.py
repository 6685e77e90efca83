import pytest

from backend.device_api.app import create_app
from backend.infrastructure.http.platform import Platform
from tests.integration.credentials.house import House, build_house


@pytest.fixture
def house(platform: Platform) -> House:
    return build_house(platform, create_app(platform))
