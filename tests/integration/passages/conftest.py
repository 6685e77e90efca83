import pytest

from backend.infrastructure.http.platform import Platform
from tests.integration.portals.gatehouse import Gatehouse, build_gatehouse


@pytest.fixture
def house(platform: Platform) -> Gatehouse:
    """A community with a gate of two lanes; the resident of 501 drives 苏A12345."""
    return build_gatehouse(platform)
