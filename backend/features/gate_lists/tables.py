from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, PrimaryKeyConstraint, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row, personal

OFFLINE = "offline_decision"


class GateTerminalRow(Row):
    """A terminal that has enrolled its key, the newest list made for it, and the version that it says it holds."""

    __tablename__ = "gate_terminal"

    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"), primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    enrolled_at: Mapped[datetime]
    key_change_until: Mapped[datetime | None]
    """An operator has allowed another key until then."""
    stamp: Mapped[str] = mapped_column(Text)
    """Of what the list was last made from; another one now means that it must be looked at anew."""
    version: Mapped[int] = mapped_column(BigInteger)
    """0: none was made yet."""
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Keyed digest of what the list says, without its version, times and secret."""
    issued_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """As it is sent: only the terminal can open it."""
    row_count: Mapped[int] = mapped_column(Integer)
    held_version: Mapped[int | None] = mapped_column(BigInteger)
    held_at: Mapped[datetime | None]


class GateListIssueRow(Row):
    """Which lists were made for a terminal, and until when each may be decided by."""

    __tablename__ = "gate_list_issue"
    __table_args__ = (PrimaryKeyConstraint("device_id", "version"),)

    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    version: Mapped[int] = mapped_column(BigInteger)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    issued_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]


class GateListRevocationRow(Row):
    """When it was first seen that a visit whose time is not over yet is called off: what came before was no mistake."""

    __tablename__ = "gate_list_revocation"

    pass_id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    seen_at: Mapped[datetime] = mapped_column(index=True)


class OfflineDecisionRow(Row):
    """What a terminal decided alone, as it reports it. A fact: it is kept whatever we think of it."""

    __tablename__ = "offline_decision"
    __table_args__ = (
        Index("uq_offline_decision_event", "device_id", "event_id", unique=True),
        Index("ix_offline_decision_device_boot", "device_id", "boot_id", "unanswered"),
        Index("ix_offline_decision_site_id_received_at", "site_id", "received_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    event_id: Mapped[UUID]
    boot_id: Mapped[UUID]
    counter: Mapped[int] = mapped_column(BigInteger)
    unanswered: Mapped[int | None] = mapped_column(BigInteger)
    list_version: Mapped[int | None] = mapped_column(BigInteger)
    credential: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    passage_id: Mapped[UUID | None]
    visit_id: Mapped[UUID | None]
    vehicle_id: Mapped[UUID | None] = mapped_column(info=personal(OFFLINE))
    credential_id: Mapped[UUID | None] = mapped_column(info=personal(OFFLINE))
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(index=True)


class OfflineFindingRow(Row):
    """Something about a terminal's own decisions that a person has to look at."""

    __tablename__ = "offline_finding"
    __table_args__ = (
        Index("uq_offline_finding_key", "key", unique=True),
        Index("ix_offline_finding_site_id_id", "site_id", "id"),
        Index("ix_offline_finding_open", "site_id", "id", postgresql_where=text("closed_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    kind: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    """Names the matter: found twice, it is listed once."""
    decision_id: Mapped[UUID | None]
    fault: Mapped[str | None] = mapped_column(Text)
    boot_id: Mapped[UUID | None]
    from_counter: Mapped[int | None] = mapped_column(BigInteger)
    to_counter: Mapped[int | None] = mapped_column(BigInteger)
    found_at: Mapped[datetime] = mapped_column(index=True)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    ack_reason: Mapped[str | None] = mapped_column(Text)
    """None for a gap that was filled by itself."""
