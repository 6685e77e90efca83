from pathlib import Path

import pytest

from backend.device_api.app import create_app
from backend.infrastructure.http.platform import Platform
from tests.integration.device_api.terminal import build_lane
from tests.integration.gate_lists.cut_off import Site


@pytest.fixture
def site(platform: Platform, tmp_path: Path) -> Site:
    return Site(build_lane(platform, create_app(platform)), tmp_path)
