from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Integer, LargeBinary, SmallInteger, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row, personal


class DeskTerminalRow(Row):
    """A registered browser: its token is a cookie, of which only the keyed hash is kept."""

    __tablename__ = "desk_terminal"
    __table_args__ = (UniqueConstraint("site_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    portal: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    shift_starts: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    registered_at: Mapped[datetime]
    registered_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    revoked_at: Mapped[datetime | None]


class DeskAccessRow(Row):
    """The PIN is a slow keyed hash of its own: a door's PIN opens no desk, a desk's PIN no door."""

    __tablename__ = "desk_access"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    employee_id: Mapped[UUID] = mapped_column(ForeignKey("employee.id"), unique=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    pin_hash: Mapped[bytes] = mapped_column(LargeBinary, info=personal("staff_identity"))
    failed_count: Mapped[int] = mapped_column(Integer)
    locked_until: Mapped[datetime | None]
    set_at: Mapped[datetime]
