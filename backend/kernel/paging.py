"""Keyset paging: a page and the opaque cursor to the next one; never totals on captures or audit."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from backend.kernel.errors import Refusal

MAX_LIMIT = 100

T = TypeVar("T")
U = TypeVar("U")


class BadCursor(Refusal):
    code = "bad_cursor"


@dataclass(frozen=True)
class Cursor:
    """The sort key of the last row seen: newest first by instant, then id."""

    at: datetime
    id: UUID

    def encode(self) -> str:
        return base64.urlsafe_b64encode(json.dumps([self.at.isoformat(), str(self.id)]).encode()).decode()

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """Raises BadCursor for anything that `encode` did not make."""
        try:
            at, row_id = json.loads(base64.urlsafe_b64decode(text.encode()))
            instant = datetime.fromisoformat(at)
            if instant.tzinfo is None or not 1900 <= instant.year < 2100:
                raise BadCursor
            return cls(instant, UUID(row_id))
        except (ValueError, TypeError, AttributeError, binascii.Error):
            raise BadCursor from None


@dataclass(frozen=True)
class PageRequest:
    limit: int = 20
    after: Cursor | None = None


@dataclass(frozen=True)
class Page(Generic[T]):
    items: Sequence[T]
    next: Cursor | None

    def map(self, change: Callable[[T], U]) -> "Page[U]":
        return Page([change(item) for item in self.items], self.next)


def page_of(rows: Sequence[T], request: PageRequest, key: Callable[[T], Cursor]) -> Page[T]:
    """`rows` hold one more than the limit when another page exists."""
    items = rows[: request.limit]
    return Page(items, key(items[-1]) if len(rows) > request.limit else None)
