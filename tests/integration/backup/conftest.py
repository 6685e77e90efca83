from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.infrastructure.http.platform import Platform
from tests.drivers.console import Console, console


@pytest.fixture
def flask(platform: Platform, tmp_path: Path) -> Iterator[Console]:
    """`flask("user", "list")` on an empty, migrated database."""
    with console(platform.settings, tmp_path / "var") as found:
        yield found
