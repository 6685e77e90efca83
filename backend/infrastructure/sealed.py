"""Encrypted columns: plain text in Python, sealed bytes in PostgreSQL.

The key is a matter of the installation, not of the table, so the type asks the vault that `bootstrap` sets.
"""

from typing import Any

from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from backend.infrastructure.crypto import Crypto


class Vault:
    """Holds the crypto of this process; set once by `bootstrap`, before the first query."""

    def __init__(self) -> None:
        self._crypto: Crypto | None = None

    def use(self, crypto: Crypto) -> None:
        self._crypto = crypto

    @property
    def crypto(self) -> Crypto:
        if self._crypto is None:
            raise RuntimeError("no keys loaded: call bootstrap first")
        return self._crypto


VAULT = Vault()


class SealedText(TypeDecorator[str]):
    """`context` names table and column, and is authenticated with the value."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else VAULT.crypto.seal(value.encode(), self.context.encode())

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else VAULT.crypto.open(bytes(value), self.context.encode()).decode()
