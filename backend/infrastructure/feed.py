"""What live pages read: a table in PostgreSQL, in an order that is assigned after commit.

Serial numbers commit out of order: a reader that has seen 8 may have missed 7. So rows are written without a
position, and one sequencer gives positions to rows that are already visible.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, SmallInteger, Text, select, text
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


class FeedHeadRow(Row):
    """The last position given; one row."""

    __tablename__ = "feed_head"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True)
class FeedEntry:
    position: int
    kind: str
    site_id: SiteId
    subject_id: UUID
    at: datetime


def append(session: Session, kind: str, site_id: SiteId, subject_id: UUID, now: datetime) -> None:
    row = {"id": uuid7(), "kind": kind, "site_id": site_id, "subject_id": subject_id, "at": now}
    session.execute(_APPEND, row)


# As text, because an ORM insert costs a millisecond of processor on the way of every photo.
_APPEND = text(
    "INSERT INTO feed (id, kind, site_id, subject_id, at) VALUES (:id, :kind, :site_id, :subject_id, :at)"  # noqa: S608
    f" RETURNING pg_notify('{UNSEQUENCED}', '')"
)


def assign_positions(session: Session, limit: int = 1000) -> int:
    """Gives the next positions to visible rows without one; returns how many.

    A second sequencer waits at the lock and then sees what the first has numbered. Positions never go back, also
    when old rows have been deleted: pages remember the last one they saw.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('anlin.sequencer'))"))
    waiting = session.scalars(select(FeedRow.id).where(FeedRow.position.is_(None)).order_by(FeedRow.id).limit(limit))
    ids = waiting.all()
    if not ids:
        return 0
    last = session.execute(_ADVANCE, {"count": len(ids)}).scalar_one()
    session.execute(_NUMBER, {"ids": ids, "before": last - len(ids)})
    session.execute(text("SELECT pg_notify(:channel, :last)"), {"channel": SEQUENCED, "last": str(last)})
    return len(ids)


_ADVANCE = text(
    """
    INSERT INTO feed_head (id, position) VALUES (1, :count)
    ON CONFLICT (id) DO UPDATE SET position = feed_head.position + excluded.position RETURNING position
    """
)
_NUMBER = text(
    """
    UPDATE feed SET position = :before + waiting.nth
    FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS waiting(id, nth)
    WHERE feed.id = waiting.id
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


def read_between(session: Session, after: int, until: int, sites: Iterable[SiteId]) -> list[FeedEntry]:
    """Every entry of these sites behind one position and up to another."""
    entries: list[FeedEntry] = []
    sites = list(sites)
    while page := [e for e in read_after(session, after, sites) if e.position <= until]:
        entries += page
        after = page[-1].position
    return entries


def last_position(session: Session) -> int:
    return session.scalar(select(FeedHeadRow.position)) or 0
