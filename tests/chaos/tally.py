"""What became of every event, counted where the effect is: in our rows, and at the provider."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from backend.infrastructure.unit_of_work import Database

LONGEST_RECLAIM_SECONDS = 15


@dataclass(frozen=True)
class Tally:
    events: int
    faults: int
    lost: int
    doubled: int
    uncertain: int
    """Messages of unknown fate, sent again because silence is worse: counted, and the text's serial tells."""
    unfinished: int
    reclaim_p99_s: float

    @property
    def passed(self) -> bool:
        return not (self.lost or self.doubled or self.unfinished) and self.reclaim_p99_s <= LONGEST_RECLAIM_SECONDS

    def __str__(self) -> str:
        return (
            f"events {self.events} faults {self.faults} lost {self.lost} doubled {self.doubled} "
            f"uncertain {self.uncertain} unfinished {self.unfinished} reclaim_p99_s {self.reclaim_p99_s:.1f}"
        )


# Counted once for each table and joined: a count for each row would go over ten thousand rows ten thousand times.
_NOTICES = """
    WITH receipt AS (SELECT payload->>'notice_id' AS id, count(*) AS n FROM outbox_job
                     WHERE kind = 'notices.fetch_receipt' GROUP BY 1),
         entry AS (SELECT subject_id AS id, count(*) AS n FROM audit_entry WHERE action = 'notice.accepted' GROUP BY 1)
    SELECT n.id, n.visit_id, j.uncertain_count AS unsure, coalesce(entry.n, 0) AS accepted,
        coalesce(receipt.n, 0) AS receipts
    FROM notice n JOIN outbox_job j ON j.kind = 'notices.send' AND j.payload->>'notice_id' = n.id::text
    LEFT JOIN entry ON entry.id = n.id LEFT JOIN receipt ON receipt.id = n.id::text
"""
_PASSAGES = """
    WITH command AS (SELECT passage_id AS id, count(*) AS n FROM device_command GROUP BY 1),
         entry AS (SELECT subject_id AS id, count(*) AS n FROM audit_entry WHERE action = 'passage.opened' GROUP BY 1)
    SELECT c.event_id, count(*) AS passages, bool_or(p.state = 'reading') AS undecided,
        bool_or(p.state = 'opened') AS opened,
        coalesce(sum(command.n), 0) AS commands, coalesce(sum(entry.n), 0) AS openings
    FROM capture c LEFT JOIN passage p ON p.capture_id = c.id
    LEFT JOIN command ON command.id = p.id LEFT JOIN entry ON entry.id = p.id
    GROUP BY c.event_id
"""
_ENTRIES = """
    SELECT v.entries, (SELECT count(*) FROM passage p WHERE p.visit_id = v.id AND p.state = 'opened') AS passages,
        (SELECT count(*) FROM notice n WHERE n.visit_id = v.id AND n.kind = 'visitor_arrived') AS notices
    FROM visit v WHERE v.entries > 0
"""
_RECLAIMS = "SELECT coalesce(percentile_disc(0.99) WITHIN GROUP (ORDER BY reclaim_seconds), 0) FROM outbox_job"
RECLAIMS_BY_KIND = """
    SELECT kind, count(*) AS jobs, max(reclaim_seconds) AS slowest,
        percentile_disc(0.99) WITHIN GROUP (ORDER BY reclaim_seconds) AS p99
    FROM outbox_job WHERE reclaim_seconds IS NOT NULL GROUP BY kind ORDER BY kind
"""
_OPEN = """
    SELECT count(*) FROM outbox_job WHERE finished_at IS NULL
        AND (kind IN ('notices.send', 'passages.recognise_plate')
            OR (kind = 'notices.fetch_receipt' AND not_before <= clock_timestamp()))
"""
_LATENCIES = """
    SELECT extract(epoch FROM max(accepted_at - created_at)) FROM notice
    WHERE extract(epoch FROM created_at) BETWEEN :down AND :up
"""


def count_effects(
    database: Database,
    taken: Mapping[str, int],
    *,
    visits: Sequence[UUID],
    captures: Sequence[UUID],
    faults: int,
    unfinished: int,
) -> Tally:
    """`taken` is how many messages the provider took for each of our ids; the rest is what callers were told."""
    notices, passages = rows(database, _NOTICES), {row.event_id: row for row in rows(database, _PASSAGES)}
    announced = {notice.visit_id for notice in notices}
    sent_twice = [notice for notice in notices if taken.get(notice.id.hex, 0) > 1]
    silently = [notice for notice in sent_twice if not notice.unsure]
    lost = (
        sum(visit not in announced for visit in visits)
        + sum(taken.get(notice.id.hex, 0) == 0 for notice in notices)
        + sum(event not in passages or not passages[event].passages for event in captures)
        + sum(bool(row.undecided) for row in passages.values())
        + sum(row.opened and not row.commands for row in passages.values())
    )
    doubled = (
        len(silently)
        + sum(notice.accepted > 1 or notice.receipts > 1 for notice in notices)
        + sum(max(row.passages, row.commands, row.openings) > 1 for row in passages.values())
        + sum(row.entries != row.passages or row.notices != row.passages for row in rows(database, _ENTRIES))
    )
    uncertain = len(sent_twice) - len(silently)
    events = len(visits) + len(captures)
    return Tally(events, faults, lost, doubled, uncertain, unfinished, reclaim_p99(database))


def rows(database: Database, statement: str, **values: Any) -> Sequence[Any]:
    with database.sessions() as session:
        return session.execute(text(statement), values).all()


def unfinished(database: Database) -> int:
    return int(rows(database, _OPEN)[0][0])


def reclaim_p99(database: Database) -> float:
    return float(rows(database, _RECLAIMS)[0][0])


def slowest_while(database: Database, outages: Sequence[tuple[float, float]]) -> float:
    """Seconds from promise to acceptance of the slowest message promised in one of these spans; 0 for none."""
    slowest = [rows(database, _LATENCIES, down=down, up=up)[0][0] for down, up in outages]
    return max((float(seconds) for seconds in slowest if seconds is not None), default=0.0)
