from collections.abc import Iterator

import pytest

from tests.drivers.sandbox import Sandbox, running_sandbox


@pytest.fixture(scope="session")
def _sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_sandbox_process: Sandbox) -> Sandbox:
    """A sandbox that remembers nothing of other tests."""
    _sandbox_process.reset()
    return _sandbox_process
