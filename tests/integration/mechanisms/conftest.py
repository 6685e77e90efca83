import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backend.infrastructure.http.platform import Platform
from backend.supervisor.redis_server import RedisServer
from tests.chaos.scene import Scene, build_scene
from tests.drivers.sandbox import Sandbox, running_sandbox
from tests.drivers.servers import embedded_redis


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A Redis that a test may kill, pause and empty."""
    with tempfile.TemporaryDirectory(prefix="anlin-redis-") as folder:
        Path(folder).chmod(0o755)
        with embedded_redis(Path(folder)) as server:
            yield server


@pytest.fixture(scope="session")
def _sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_sandbox: Sandbox) -> Sandbox:
    """The providers' stand-in, without memory of earlier tests and without limits for a number."""
    _sandbox.reset()
    _sandbox.enforce_limits(enforced=False)
    return _sandbox


@pytest.fixture
def scene(platform: Platform, sandbox: Sandbox) -> Scene:
    """A community whose messages go to the sandbox."""
    sms, wechat = sandbox.sms_settings(), sandbox.wechat_settings()
    settings = replace(
        platform.settings,
        sms_endpoint=sms.endpoint_url,
        sms_access_key_id=sms.access_key_id,
        sms_access_key_secret=sms.access_key_secret,
        sms_sign_name=sms.sign_name,
        wechat_base_url=wechat.base_url,
        wechat_app_id=wechat.app_id,
        wechat_app_secret=wechat.app_secret,
    )
    return build_scene(replace(platform, settings=settings), sandbox)
