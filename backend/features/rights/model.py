from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, NewType
from uuid import UUID

ExportId = NewType("ExportId", UUID)


class Deletion(Enum):
    """What makes data of a kind go before its term."""

    WITH_ACCOUNT = "with_account"
    """Closing the account, which needs nobody's decision."""
    ON_REQUEST = "on_request"
    """A request that the property answers within the legal term."""
    KEPT = "kept"
    """Nothing: the law or the contract wants it kept until then."""


@dataclass(frozen=True)
class Section:
    """Everything that is kept of one kind about one resident."""

    kind: str
    title: str
    basis: str
    kept: str
    """Until when, in words."""
    deletion: Deletion
    labels: Mapping[str, str]
    """What the fields of an item are called."""
    items: Sequence[Mapping[str, Any]] = field(repr=False)


class ExportState(Enum):
    MAKING = "making"
    READY = "ready"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Export:
    id: ExportId
    state: ExportState
    asked_at: datetime
    expires_at: datetime
    byte_count: int
    """0 while it is being made."""
