import pytest

from backend.infrastructure.http.platform import Platform
from tests.builders.community import Community, build_community


@pytest.fixture
def community(platform: Platform) -> Community:
    return build_community(platform)


@pytest.fixture
def elsewhere(platform: Platform) -> Community:
    return build_community(platform, "别处小区", phone="13800000002", plate="沪A00001")
