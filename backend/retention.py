"""How long each kind of personal data is kept, why, and what deletes it. `docs/retention.md` is printed from it.

A test holds every column marked `personal(...)` against this table.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Table, text
from sqlalchemy.orm import Session

from backend.features.children.tables import ChildRow, ClassGrantRow, CustodyFactRow
from backend.features.consents.tables import ConsentRow
from backend.features.credentials.tables import CredentialRow, DoorEventRow
from backend.features.devices.tables import DeviceEventConflictRow, DeviceEventRow
from backend.features.gate_lists.tables import (
    GateListIssueRow,
    GateListRevocationRow,
    OfflineDecisionRow,
    OfflineFindingRow,
)
from backend.features.identity_records.tables import IdentityPhotoRow, IdentityRecordRow
from backend.features.imports.tables import ImportRow
from backend.features.intercom.tables import IntercomCallRow, IntercomEventRow, IntercomRingRow
from backend.features.matters.tables import MatterRow
from backend.features.media.tables import MediaRow
from backend.features.notices.tables import NoticeRow
from backend.features.occupancy.tables import DepartureRow, EvacuationTickRow
from backend.features.passages.tables import PassageRow, PlateReadingRow, PlateReviewRow
from backend.features.pickup.tables import (
    AttendanceRow,
    CustodyStepRow,
    DelegationRow,
    LeaveRow,
    OverrideRow,
    PickupCheckRow,
    ReleaseRow,
)
from backend.features.rights.tables import DataExportRow
from backend.features.visits.tables import CodeGuessRow, VisitRow
from backend.features.walk_ins.tables import WalkInRow
from backend.infrastructure.audit.tables import AuditLookRow
from backend.infrastructure.changes import RegisterChangeRow
from backend.infrastructure.feed import FeedRow
from backend.infrastructure.idempotency import IdempotencyRow
from backend.infrastructure.outbox.tables import OutboxRow
from backend.infrastructure.schedule import ScheduleTickRow

BATCH = 500
SUPERSEDED = (
    "EXISTS (SELECT 1 FROM consent AS newer WHERE newer.resident_id = consent.resident_id"
    " AND newer.purpose = consent.purpose AND newer.at > consent.at)"
)
"""The word that holds now is never too old."""


@dataclass(frozen=True)
class Deletion:
    """Rows of a table whose `column` is older than `term` go; `only` narrows them further."""

    table: Table
    column: str
    term: timedelta
    only: str = "true"


@dataclass(frozen=True)
class Retention:
    kind: str
    """As in `personal(kind)`; kinds in brackets hold no personal data and are kept small."""
    basis: str
    ends: str
    """In words, for the reader and the privacy notice."""
    deletions: tuple[Deletion, ...] = ()
    """Empty: ended by the register itself, not by the clock."""


def _rows(row: type, column: str, days: float, only: str = "true") -> Deletion:
    return Deletion(row.__table__, column, timedelta(days=days), only)  # type: ignore[attr-defined]


RETENTION: tuple[Retention, ...] = (
    Retention(
        "capture_picture",
        "public safety of the site, signposted (PIPL 26); video rules ask for 30 days",
        "30 days after capture; an upload that no event used, after one day",
        (_rows(MediaRow, "created_at", 30), _rows(MediaRow, "created_at", 1, "NOT attached")),
    ),
    Retention(
        "plate",
        "record of entries and exits (PIPL 13(1)2, contract of property management)",
        "180 days after the passage",
        # Captures go by dropping whole months: see `drop_expired_captures` in the migrations.
        (
            _rows(PassageRow, "created_at", 180),
            _rows(PlateReadingRow, "created_at", 180),
            _rows(PlateReviewRow, "at", 180),
        ),
    ),
    Retention(
        "visitor",
        "announced by the resident for this visit only",
        "90 days after the visit's window",
        (
            _rows(VisitRow, "valid_until", 90),
            _rows(WalkInRow, "created_at", 90),
            _rows(NoticeRow, "created_at", 90),
        ),
    ),
    Retention(
        "visitor_identity",
        "the visitor's separate consent at the counter (PIPL 13(1)1, 29)",
        "30 days after it was confirmed, or the site's own term of 1 to 90 days; unconfirmed, after one hour",
        (
            _rows(IdentityRecordRow, "kept_until", 0),
            _rows(IdentityRecordRow, "created_at", 1 / 24, "state <> 'confirmed'"),
        ),
    ),
    Retention(
        "identity_photo",
        "read the document's fields, nothing else",
        "with the fields that were read from it, at the latest after 10 minutes (a job of its own)",
        (_rows(IdentityPhotoRow, "created_at", 10 / 1440),),
    ),
    Retention("person_identity", "register of the property's residents", "with the residency, by the register"),
    Retention(
        "credential",
        "lets its holder in; kept a while to answer who held a card",
        "180 days after it was returned or revoked",
        (_rows(CredentialRow, "changed_at", 180, "state IN ('returned', 'revoked')"),),
    ),
    Retention(
        "door_event",
        "record of entries and of doors forced or held open (PIPL 13(1)2, contract of property management)",
        "180 days after the event",
        (_rows(DoorEventRow, "at", 180),),
    ),
    Retention(
        "offline_decision",
        "record of entries that a gate decided without a network (PIPL 13(1)2, contract of property management)",
        "180 days after it was received, with what was found about it",
        (_rows(OfflineFindingRow, "found_at", 180), _rows(OfflineDecisionRow, "received_at", 180)),
    ),
    Retention(
        "intercom",
        "who rang, whom it reached and who opened (PIPL 13(1)2, contract of property management)",
        "180 days after the call; its picture is shown to the household for a day and deleted as every picture",
        (
            _rows(IntercomCallRow, "started_at", 180),
            _rows(IntercomRingRow, "at", 180),
            _rows(IntercomEventRow, "at", 180),
        ),
    ),
    Retention(
        "child",
        "care contract, by the guardian's consent (PIPL 28-31, 未成年人保护法 72, 学前教育法 21)",
        "one year after the child has left, with everything that hangs on it",
        (_rows(ChildRow, "left_on", 365),),
    ),
    Retention(
        "custody",
        "a court's or the police's order, or the head's decision in an emergency (未成年人保护法 40)",
        "one year after its end; the head's decision without a document, one year after it was made",
        (
            _rows(CustodyFactRow, "ended_at", 365),
            _rows(CustodyFactRow, "recorded_at", 365, "document IS NULL"),
        ),
    ),
    Retention(
        "pickup",
        "proof of who has collected a child (中小学幼儿园安全管理办法 31), by the guardian's consent",
        "one year after the day; a delegate, 90 days after the window",
        (
            _rows(ReleaseRow, "at", 365),
            _rows(OverrideRow, "asked_at", 365),
            _rows(PickupCheckRow, "at", 365),
            _rows(CustodyStepRow, "at", 365),
            _rows(AttendanceRow, "marked_at", 365),
            _rows(LeaveRow, "until_on", 365),
            _rows(DelegationRow, "valid_until", 90),
        ),
    ),
    Retention(
        "(class grants)",
        "proof of who was let near which class",
        "3 years",
        (_rows(ClassGrantRow, "until_at", 3 * 365),),
    ),
    Retention("employee_identity", "employment and the duty to vet guards", "with the employment, by the register"),
    Retention(
        "register_change",
        "proof of who changed what in a register (PIPL 56, 69)",
        "3 years after the change",
        (_rows(RegisterChangeRow, "at", 3 * 365),),
    ),
    Retention(
        "register_import",
        "bring a register over from another system",
        "with the end of the import; a file that nobody imported, after one day",
        (_rows(ImportRow, "created_at", 1, "state <> 'done'"), _rows(ImportRow, "created_at", 90)),
    ),
    Retention(
        "resident_matter",
        "proof that a right was honoured (PIPL 50, 69)",
        "3 years after the answer",
        (_rows(MatterRow, "decided_at", 3 * 365),),
    ),
    Retention(
        "data_export",
        "a copy that the resident asked for (PIPL 45)",
        "3 days after it was asked for, or with the account",
        (_rows(DataExportRow, "expires_at", 0),),
    ),
    Retention(
        "(consents)", "proof of each consent (PIPL 69)", "3 years", (_rows(ConsentRow, "at", 3 * 365, SUPERSEDED),)
    ),
    Retention("resident_identity", "the resident's own account", "with the account, on the resident's word"),
    Retention("staff_identity", "employment", "with the account; sessions end after 12 hours"),
    Retention("(device events)", "decide repeats", "90 days", (_rows(DeviceEventRow, "received_at", 90),)),
    Retention("(changed events)", "a person judges", "90 days", (_rows(DeviceEventConflictRow, "received_at", 90),)),
    Retention("(idempotency keys)", "decide repeats", "7 days", (_rows(IdempotencyRow, "created_at", 7),)),
    Retention("(jobs)", "follow what was promised", "14 days after the end", (_rows(OutboxRow, "finished_at", 14),)),
    Retention("(feed)", "live pages", "2 days", (_rows(FeedRow, "at", 2),)),
    Retention("(ticks)", "run each tick once", "60 days", (_rows(ScheduleTickRow, "tick", 60),)),
    Retention("(looks)", "one entry in ten minutes", "1 day", (_rows(AuditLookRow, "window_start", 1),)),
    Retention(
        "(gate lists)",
        "judge what was decided by them",
        "90 days",
        (_rows(GateListIssueRow, "issued_at", 90), _rows(GateListRevocationRow, "seen_at", 90)),
    ),
    Retention("(departures)", "say who is inside", "180 days", (_rows(DepartureRow, "at", 180),)),
    Retention("(evacuation)", "say who was seen safe", "180 days", (_rows(EvacuationTickRow, "received_at", 180),)),
    Retention("(code guesses)", "stop guessing", "1 day", (_rows(CodeGuessRow, "minute", 1),)),
)

CAPTURE_TERM = timedelta(days=180)


@dataclass(frozen=True)
class Purged:
    counts: dict[str, int] = field(default_factory=dict)
    """Deleted rows by table."""
    more: bool = False


def expired_media(session: Session, now: datetime) -> list[str]:
    """Names of pictures past their term. Their bytes go first: a row whose bytes are gone is found again and
    deleted, bytes whose row is gone would stay for ever.
    """
    names: list[str] = []
    for deletion in _deletions_of(MediaRow.__tablename__):
        due = text(f"SELECT name FROM {_due(deletion)}")  # noqa: S608 - from the table above
        names += session.execute(due, {"before": now - deletion.term}).scalars()
    return names


def purge_once(session: Session, now: datetime, erased: Sequence[str]) -> Purged:
    """One batch of every kind, in the caller's transaction; of pictures only those whose bytes are `erased`."""
    counts = {MediaRow.__tablename__: _count(session.execute(_ERASED, {"names": list(erased)}))}
    every = (deletion for retention in RETENTION for deletion in retention.deletions)
    for deletion in (one for one in every if one.table is not MediaRow.__table__):
        name = deletion.table.name  # a table may have several terms
        counts[name] = counts.get(name, 0) + _delete(session, deletion, now)
    session.execute(text("SELECT drop_expired_captures(:before)"), {"before": now - CAPTURE_TERM})
    found = {table: count for table, count in counts.items() if count}
    return Purged(found, any(count >= BATCH for count in found.values()))


_ERASED = text("DELETE FROM media WHERE name = ANY(:names)")


def _deletions_of(table: str) -> list[Deletion]:
    return [d for retention in RETENTION for d in retention.deletions if d.table.name == table]


def _delete(session: Session, deletion: Deletion, now: datetime) -> int:
    statement = text(
        f"DELETE FROM {deletion.table.name} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {_due(deletion)}))"  # noqa: S608
    )
    return _count(session.execute(statement, {"before": now - deletion.term}))


def _due(deletion: Deletion) -> str:
    """Names come from the table above, never from a request."""
    return f"{deletion.table.name} WHERE {deletion.column} < :before AND {deletion.only} LIMIT {BATCH}"


def _count(result: object) -> int:
    return int(result.rowcount)  # type: ignore[attr-defined]
