from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from backend.features.accounts import rules
from backend.infrastructure.http.platform import Platform
from tests.drivers.console import Console, console


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id all the same, at a hundredth of the cost: the demo's passwords are not what is tested here."""
    monkeypatch.setattr(rules, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def flask(platform: Platform, tmp_path: Path) -> Iterator[Console]:
    """`flask("user", "list")` on an empty, migrated database."""
    with console(platform.settings, tmp_path / "var") as found:
        yield found
