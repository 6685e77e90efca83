from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, text, tuple_, update
from sqlalchemy.orm import Session

from backend.features.devices.model import Direction
from backend.features.passages.model import (
    Capture,
    Credential,
    HandReason,
    Passage,
    PassageState,
    PlateBox,
    PlateObservation,
    ReviewedReading,
)
from backend.features.passages.stored import characters_json, characters_of, vehicle_of
from backend.features.passages.tables import CaptureRow, PassageRow, PlateReadingRow, PlateReviewRow
from backend.infrastructure.inserting import insert_if_absent, insert_row
from backend.kernel.identity import Scope
from backend.kernel.ids import CaptureId, DeviceId, GateId, PassageId, SiteId, TenantId, VehicleId, VisitId
from backend.kernel.paging import Cursor, Page, PageRequest, page_of


def add_capture(session: Session, values: dict[str, Any]) -> None:
    insert_row(session, CaptureRow, values)


def find_capture(session: Session, within: Scope, capture_id: UUID, received_at: datetime) -> Capture | None:
    row = session.scalar(
        select(CaptureRow).where(
            CaptureRow.id == capture_id, CaptureRow.received_at == received_at, CaptureRow.site_id.in_(within.sites)
        )
    )
    return None if row is None else _capture(row)


def _capture(row: CaptureRow) -> Capture:
    return Capture(
        CaptureId(row.id),
        TenantId(row.tenant_id),
        SiteId(row.site_id),
        GateId(row.gate_id),
        DeviceId(row.device_id),
        Direction(row.direction),
        row.media_id,
        row.occurred_at,
        row.received_at,
    )


def add(session: Session, values: dict[str, Any]) -> None:
    fresh = {"alternatives": [], "reason_owed": False, "seen_until": values["occurred_at"]}
    insert_row(session, PassageRow, fresh | values)


def find(session: Session, within: Scope, passage_id: UUID, *, lock: bool = False) -> Passage | None:
    query = select(PassageRow).where(PassageRow.id == passage_id, PassageRow.site_id.in_(within.sites))
    return _one(session, query.with_for_update() if lock else query)


def find_of_capture(session: Session, within: Scope, capture_id: UUID) -> Passage | None:
    """Locked: a guard may be deciding it at this moment."""
    query = select(PassageRow).where(PassageRow.capture_id == capture_id, PassageRow.site_id.in_(within.sites))
    return _one(session, query.with_for_update())


def _one(session: Session, query: Any) -> Passage | None:
    row = session.scalar(query.execution_options(populate_existing=True))
    return None if row is None else _passage(row)


def change(session: Session, within: Scope, passage_id: PassageId, **values: Any) -> None:
    mine = update(PassageRow).where(PassageRow.id == passage_id, PassageRow.site_id.in_(within.sites))
    session.execute(mine.values(values))


def list_page(
    session: Session, within: Scope, request: PageRequest, states: Sequence[PassageState] = ()
) -> Page[Passage]:
    query = select(PassageRow).where(PassageRow.site_id.in_(within.sites))
    if states:
        query = query.where(PassageRow.state.in_([state.value for state in states]))
    if request.after is not None:
        query = query.where(tuple_(PassageRow.created_at, PassageRow.id) < (request.after.at, request.after.id))
    rows = session.scalars(query.order_by(PassageRow.created_at.desc(), PassageRow.id.desc()).limit(request.limit + 1))
    return page_of([_passage(row) for row in rows], request, lambda passage: Cursor(passage.created_at, passage.id))


def of_visits(session: Session, within: Scope, visit_ids: Sequence[UUID]) -> Sequence[Passage]:
    """Every opened passage of these visits, oldest first."""
    rows = session.scalars(
        select(PassageRow)
        .where(
            PassageRow.visit_id.in_(visit_ids),
            PassageRow.site_id.in_(within.sites),
            PassageRow.state == PassageState.OPENED.value,
        )
        .order_by(PassageRow.occurred_at)
    )
    return [_passage(row) for row in rows]


def _passage(row: PassageRow) -> Passage:
    return Passage(
        PassageId(row.id),
        TenantId(row.tenant_id),
        SiteId(row.site_id),
        GateId(row.gate_id),
        DeviceId(row.device_id),
        Direction(row.direction),
        Credential(row.credential),
        row.capture_id,
        row.media_id,
        row.plate,
        row.confidence,
        tuple((text, score) for text, score in row.alternatives),
        row.engine,
        PassageState(row.state),
        row.reason,
        None if row.hand_reason is None else HandReason(row.hand_reason),
        row.reason_owed,
        row.decided_by,
        None if row.visit_id is None else VisitId(row.visit_id),
        None if row.vehicle_id is None else VehicleId(row.vehicle_id),
        row.occurred_at,
        row.created_at,
        row.decided_at,
        row.seen_until,
        row.captures,
        row.joined_to,
        vehicle_of(row.vehicle),
    )


def lock_lane(session: Session, device_id: DeviceId) -> None:
    """Pictures of one lane are judged one after the other, whichever workers read them."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:lane, 0))"), {"lane": f"lane:{device_id}"})


def lane_passages(
    session: Session,
    within: Scope,
    device_id: DeviceId,
    at: datetime,
    window: timedelta,
    parked: timedelta,
    plate: str | None,
) -> Sequence[Passage]:
    """Judged cars that pictures of this lane show around an instant: all within `window`, this plate within `parked`.

    Both answers in one statement: a barrier waits for it.
    """
    rows = select(PassageRow).where(
        PassageRow.device_id == device_id,
        PassageRow.site_id.in_(within.sites),
        PassageRow.credential == Credential.PLATE.value,
        PassageRow.state.not_in([PassageState.READING.value, PassageState.JOINED.value]),
        _seen_around(at, window)
        if plate is None
        else or_(_seen_around(at, window), and_(PassageRow.plate == plate, _seen_around(at, parked))),
    )
    found = session.scalars(rows.order_by(PassageRow.id).execution_options(populate_existing=True))
    return [_passage(row) for row in found]


def _seen_around(at: datetime, reach: timedelta) -> ColumnElement[bool]:
    return and_(PassageRow.seen_until >= at - reach, PassageRow.occurred_at <= at + reach)


def was_let_through(
    session: Session, within: Scope, plate: str, direction: Direction, after: datetime, until: datetime
) -> bool:
    """Whether a car with this plate was let through in this direction, in any lane, between two instants."""
    query = select(PassageRow.id).where(
        PassageRow.site_id.in_(within.sites),
        PassageRow.created_at > after,
        PassageRow.plate == plate,
        PassageRow.direction == direction.value,
        PassageRow.state == PassageState.OPENED.value,
        PassageRow.occurred_at > after,
        PassageRow.occurred_at <= until,
    )
    return session.execute(query.limit(1)).first() is not None


def lane_opened_after(session: Session, within: Scope, device_id: DeviceId, after: datetime) -> bool:
    """Whether a car that came later has been let through this lane."""
    query = select(PassageRow.id).where(
        PassageRow.device_id == device_id,
        PassageRow.site_id.in_(within.sites),
        PassageRow.seen_until > after,
        PassageRow.occurred_at > after,
        PassageRow.state == PassageState.OPENED.value,
    )
    return session.execute(query.limit(1)).first() is not None


def add_reading(
    session: Session, capture: Capture, passage_id: PassageId, seen: PlateObservation, now: datetime
) -> bool:
    """False where this picture's reading is there already."""
    box = seen.box
    row = {
        "capture_id": capture.id,
        "site_id": capture.site_id,
        "passage_id": passage_id,
        "media_id": capture.media_id,
        "text": seen.text,
        "certain": seen.certain,
        "confidence": seen.confidence_0_1,
        "characters": characters_json(seen.characters),
        "alternatives": [list(pair) for pair in seen.alternatives],
        "colour": seen.colour,
        "kind": seen.kind,
        "engine": seen.engine,
        "engine_version": seen.engine_version,
        "read_ms": seen.read_ms,
        "box": None if box is None else [box.left, box.top, box.right, box.bottom],
        "occurred_at": capture.occurred_at,
        "created_at": now,
    }
    return insert_if_absent(session, PlateReadingRow, row)


def move_reading(session: Session, within: Scope, capture_id: CaptureId, passage_id: PassageId) -> None:
    mine = update(PlateReadingRow).where(
        PlateReadingRow.capture_id == capture_id, PlateReadingRow.site_id.in_(within.sites)
    )
    session.execute(mine.values(passage_id=passage_id))


def newest_readings(session: Session, within: Scope, passage_id: PassageId, limit: int) -> list[PlateObservation]:
    """What was read in the last pictures of the passage, the oldest of them first."""
    rows = session.scalars(
        select(PlateReadingRow)
        .where(PlateReadingRow.passage_id == passage_id, PlateReadingRow.site_id.in_(within.sites))
        .order_by(PlateReadingRow.occurred_at.desc(), PlateReadingRow.capture_id.desc())
        .limit(limit)
    )
    return [_reading(row) for row in rows][::-1]


def has_sure_reading(session: Session, within: Scope, passage_id: PassageId) -> bool:
    query = select(PlateReadingRow.capture_id).where(
        PlateReadingRow.passage_id == passage_id, PlateReadingRow.site_id.in_(within.sites), PlateReadingRow.certain
    )
    return session.execute(query.limit(1)).first() is not None


def _reading(row: PlateReadingRow) -> PlateObservation:
    return PlateObservation(
        row.text,
        row.certain,
        row.confidence,
        row.engine,
        row.colour,
        row.kind,
        tuple((text, score) for text, score in row.alternatives),
        row.read_ms,
        engine_version=row.engine_version,
        characters=characters_of(row.characters),
        box=None if row.box is None else PlateBox(*row.box),
        media_id=row.media_id,
    )


def add_review(session: Session, values: dict[str, Any]) -> None:
    insert_row(session, PlateReviewRow, values)


def reviewed_since(session: Session, within: Scope, site_id: SiteId, since: datetime) -> list[ReviewedReading]:
    """Pictures of reviewed passages, with the last word that a person said of each."""
    last = (
        select(PlateReviewRow.passage_id, PlateReviewRow.said)
        .where(PlateReviewRow.site_id == site_id, PlateReviewRow.site_id.in_(within.sites), PlateReviewRow.at >= since)
        .distinct(PlateReviewRow.passage_id)
        .order_by(PlateReviewRow.passage_id, PlateReviewRow.at.desc())
        .subquery()
    )
    rows = session.execute(
        select(PlateReadingRow, last.c.said)
        .join(last, last.c.passage_id == PlateReadingRow.passage_id)
        .where(PlateReadingRow.created_at >= since, PlateReadingRow.occurred_at >= since)
        .order_by(PlateReadingRow.capture_id)
    )
    return [_reviewed(row, said, row.box) for row, said in rows if row.box is not None]


def _reviewed(row: PlateReadingRow, said: str, box: Sequence[int]) -> ReviewedReading:
    return ReviewedReading(
        said,
        row.text,
        row.engine,
        row.engine_version,
        row.confidence,
        PlateBox(*box),
        row.media_id,
        row.occurred_at,
    )
