from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row, personal
from backend.infrastructure.sealed import SealedText


class ResidentRow(Row):
    """A WeChat user of the mini-program; a household's only once a binding is approved."""

    __tablename__ = "resident"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    openid: Mapped[str] = mapped_column(SealedText("resident.openid"), info=personal("resident_identity"))
    openid_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True, info=personal("resident_identity"))
    phone: Mapped[str | None] = mapped_column(SealedText("resident.phone"), info=personal("resident_identity"))
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary, index=True, info=personal("resident_identity"))
    created_at: Mapped[datetime]


class ResidentTokenRow(Row):
    __tablename__ = "resident_token"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    resident_id: Mapped[UUID] = mapped_column(ForeignKey("resident.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]


class BindingRow(Row):
    """A resident's claim to be a member of a household, decided by the property."""

    __tablename__ = "binding"
    __table_args__ = (
        Index(
            "uq_binding_open",
            "resident_id",
            "household_id",
            unique=True,
            postgresql_where=text("state IN ('pending', 'approved')"),
        ),
        Index("ix_binding_site_state", "site_id", "state", "requested_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    resident_id: Mapped[UUID] = mapped_column(ForeignKey("resident.id"), index=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    state: Mapped[str] = mapped_column(Text)
    requested_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str | None] = mapped_column(Text)
    """A code of `BindingReason`, never free text."""


class BindingAttemptRow(Row):
    """A request to be bound that matched nobody; counted against guessing."""

    __tablename__ = "binding_attempt"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    resident_id: Mapped[UUID] = mapped_column(ForeignKey("resident.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
