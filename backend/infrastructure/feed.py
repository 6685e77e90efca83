"""What live pages read: a table in PostgreSQL, in an order that is assigned after commit.

Serial numbers commit out of order: a reader that has seen 8 may have missed 7. So rows are written without a
position, and one sequencer gives positions to rows that are already visible.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text, insert, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from backend.infrastructure.database import Row
from backend.kernel.ids import SiteId, uuid7

UNSEQUENCED = "feed_unsequenced"
SEQUENCED = "feed_sequenced"
"""Channels of NOTIFY: a new row waits for its position; rows up to a position can be read."""


class FeedRow(Row):
    __tablename__ = "feed"
    __table_args__ = (
        Index("ix_feed_unsequenced", "id", postgresql_where=text("position IS NULL")),
        Index("ix_feed_site_id_position", "site_id", "position"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    site_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class FeedEntry:
    position: int
    kind: str
    site_id: SiteId
    subject_id: UUID
    at: datetime


def append(session: Session, kind: str, site_id: SiteId, subject_id: UUID, now: datetime) -> None:
    session.execute(insert(FeedRow).values(id=uuid7(), kind=kind, site_id=site_id, subject_id=subject_id, at=now))
    session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": UNSEQUENCED})


def assign_positions(session: Session, limit: int = 1000) -> int:
    """Gives the next positions to every visible row without one; the sequencer alone may call it.

    The advisory lock makes "alone" true: a second sequencer waits here, and sees the first one's positions.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('anlin.sequencer'))"))
    numbered = session.execute(_ASSIGN, {"limit": limit}).all()
    if numbered:
        last = max(row.position for row in numbered)
        session.execute(text("SELECT pg_notify(:channel, :last)"), {"channel": SEQUENCED, "last": str(last)})
    return len(numbered)


_ASSIGN = text(
    """
    WITH waiting AS (
        SELECT id, row_number() OVER (ORDER BY id) AS nth FROM feed WHERE position IS NULL
        ORDER BY id LIMIT :limit
    )
    UPDATE feed SET position = (SELECT coalesce(max(position), 0) FROM feed) + waiting.nth
    FROM waiting WHERE feed.id = waiting.id RETURNING feed.position
    """
)


def read_after(session: Session, position: int, sites: Iterable[SiteId], limit: int = 500) -> list[FeedEntry]:
    """Entries of these sites behind a position, in order."""
    rows = session.scalars(
        select(FeedRow)
        .where(FeedRow.position > position, FeedRow.site_id.in_(list(sites)))
        .order_by(FeedRow.position)
        .limit(limit)
    )
    return [FeedEntry(r.position or 0, r.kind, SiteId(r.site_id), r.subject_id, r.at) for r in rows]


def last_position(session: Session) -> int:
    return int(session.execute(text("SELECT coalesce(max(position), 0) FROM feed")).scalar_one())
