from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row, personal
from backend.infrastructure.sealed import SealedText


class StaffRow(Row):
    __tablename__ = "staff"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("tenant.id"), index=True)
    """None for the platform's operators."""
    username: Mapped[str] = mapped_column(Text, unique=True, info=personal("staff_identity"))
    display_name: Mapped[str] = mapped_column(SealedText("staff.display_name"), info=personal("staff_identity"))
    password_hash: Mapped[str] = mapped_column(Text)
    password_set_at: Mapped[datetime | None]
    """None while the password is one that somebody else chose."""
    totp_secret: Mapped[str | None] = mapped_column(SealedText("staff.totp_secret"))
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)
    """The newest 30-second step whose code was used: neither it nor an older one is taken again."""
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    failed_count: Mapped[int] = mapped_column(Integer)
    locked_until: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class StaffSiteRow(Row):
    __tablename__ = "staff_site"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True, index=True)


class StaffChallengeRow(Row):
    """A log-in whose password was right and whose one-time code is awaited."""

    __tablename__ = "staff_challenge"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    portal: Mapped[str] = mapped_column(Text)
    new_totp_secret: Mapped[str | None] = mapped_column(SealedText("staff_challenge.new_totp_secret"))
    """Offered to an account without one; it counts from the first right code on."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class StaffSessionRow(Row):
    __tablename__ = "staff_session"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    portal: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    idle_seconds: Mapped[int] = mapped_column(Integer)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
    desk_hash: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    """Of a session at a guard's desk: the keyed hash of that browser's token, without which it is none."""
    desk_site_id: Mapped[UUID | None] = mapped_column(ForeignKey("site.id"))
