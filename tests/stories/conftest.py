import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drivers.installation import Installation, running_installation

PORTS_EACH = 3


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All stories in one process of the run: an installation takes as long to start as most of them take."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.xdist_group("stories"))


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    with tempfile.TemporaryDirectory(prefix="anlin-story-") as folder:
        Path(folder).chmod(0o755)
        with running_installation(Path(folder) / "var", _free_ports()) as running:
            yield running


def _free_ports() -> int:
    """The first of three free ports in a row; each xdist worker looks in a range of its own."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    for port in range(21000 + worker * 1000, 22000 + worker * 1000, PORTS_EACH):
        try:
            for offset in range(PORTS_EACH):
                with socket.create_server(("127.0.0.1", port + offset)):
                    pass
        except OSError:
            continue
        return port
    raise AssertionError("no three free ports in a row")
