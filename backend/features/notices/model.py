from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from backend.kernel.ids import SiteId, TenantId


class NoticeKind(Enum):
    VISITOR_PASS = "visitor_pass"
    """To the visitor, by SMS: the code to read aloud."""
    VISITOR_ARRIVED = "visitor_arrived"
    VISITOR_LEFT = "visitor_left"
    """To the resident who announced the visit."""
    VISIT_DECIDED = "visit_decided"
    """To the host, when the property has approved or refused the visit."""
    WALK_IN_ASKED = "walk_in_asked"
    """To each resident of a home: somebody stands at the gate and asks for it."""
    WALK_IN_BACKUP_ASKED = "walk_in_backup_asked"
    """To the home's backup contact, when nobody of it has answered."""
    CARD_STOPPED = "card_stopped"
    CARD_RESUMED = "card_resumed"
    CARD_REPLACED = "card_replaced"
    """To the holder of a card, at the number on file."""


class NoticeState(Enum):
    PROMISED = "promised"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True)
class Notice:
    """One message to one person. Whom and what it names is read when it is sent, and never kept here."""

    id: UUID
    tenant_id: TenantId
    site_id: SiteId
    kind: NoticeKind
    visit_id: UUID | None
    gate_id: UUID | None
    occurred_at: datetime
    state: NoticeState
    credential_id: UUID | None = None
    walk_in_id: UUID | None = None
    resident_id: UUID | None = None
    """To whom, where several are told of the same thing."""

    @property
    def out_id(self) -> str:
        """Our own id at the provider, the same on every attempt."""
        return self.id.hex

    @property
    def serial(self) -> str:
        """Four digits in the text, by which a reader recognises a repeat."""
        return f"{self.id.int % 10_000:04d}"
