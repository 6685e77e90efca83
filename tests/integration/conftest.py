import pytest
from argon2 import PasswordHasher

from backend.features.accounts import rules
from backend.features.credentials import service as credentials


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id all the same, at a hundredth of the cost: what is tested here is who gets in, not how slowly."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(rules, "_HASHER", quick)
    monkeypatch.setattr(rules, "_NOBODY", quick.hash(""))
    monkeypatch.setattr(credentials, "_SLOW", quick)
