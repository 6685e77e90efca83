import pytest

from backend.infrastructure.http.platform import Platform
from tests.integration.pickup.kindergarten import Kindergarten, build_kindergarten


@pytest.fixture
def school(platform: Platform) -> Kindergarten:
    return build_kindergarten(platform)
