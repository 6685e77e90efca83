"""State folders for one test each."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.supervisor.layout import fallback_home, socket_folder
from tests.integration.supervisor.driver import Installation, free_port, web_row


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """An installation with a web process, not yet started; killed and removed afterwards."""
    port = free_port()
    one = Installation(tmp_path / "var", port, [web_row(port)])
    yield one
    if one.supervisor is not None and one.supervisor.poll() is None:
        one.supervisor.send_signal(signal.SIGTERM)
        one.supervisor.wait(30)
    for folder in (fallback_home(one.state_dir), socket_folder(one.state_dir)):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def state_dir(tmp_path: Path) -> Iterator[Path]:
    """A state folder for servers in this process, removed with all that lies outside it."""
    folder = tmp_path / "var"
    yield folder
    for outside in (fallback_home(folder), socket_folder(folder)):
        shutil.rmtree(outside, ignore_errors=True)
