from collections.abc import Iterator

import pytest

from backend.device_api.app import create_app
from backend.infrastructure.http.platform import Platform
from tests.drivers.sandbox import Sandbox, running_sandbox
from tests.integration.credentials.house import build_house
from tests.integration.intercom.doorway import Doorway, build_doorway


@pytest.fixture(scope="session")
def _sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def doorway(platform: Platform, _sandbox: Sandbox) -> Doorway:
    _sandbox.reset()
    return build_doorway(build_house(platform, create_app(platform)), _sandbox)
