from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, text, tuple_, update
from sqlalchemy.orm import Session

from backend.features.intercom.model import (
    OPEN_STATES,
    Call,
    CallId,
    CallState,
    Happening,
    HistoryLine,
    OpenReason,
    Ring,
    RingId,
    RingState,
    Way,
)
from backend.features.intercom.tables import IntercomCallRow, IntercomEventRow, IntercomRingRow
from backend.infrastructure.inserting import insert_row
from backend.kernel.identity import Scope
from backend.kernel.ids import (
    DeviceId,
    HouseholdId,
    MediaId,
    PersonId,
    ResidentId,
    SiteId,
    StaffId,
    TenantId,
    uuid7,
)
from backend.kernel.paging import Cursor, Page, PageRequest, page_of

_LOCK_STATION = text("SELECT pg_advisory_xact_lock(hashtext('anlin.intercom'), hashtext(:device))")
_OPEN = [state.value for state in OPEN_STATES]


def lock_station(session: Session, device_id: DeviceId) -> None:
    """Presses at one station are counted one after the other."""
    session.execute(_LOCK_STATION, {"device": str(device_id)})


def calls_since(session: Session, device_id: DeviceId, since: datetime) -> int:
    """What this station asked for, rooms that do not exist included."""
    recent = select(func.count()).where(IntercomCallRow.device_id == device_id, IntercomCallRow.started_at > since)
    return session.scalar(recent) or 0


def find_ringing(session: Session, device_id: DeviceId, household_id: UUID, now: datetime) -> Call | None:
    """The call from this station to this home that has not ended yet."""
    mine = select(IntercomCallRow).where(
        IntercomCallRow.device_id == device_id,
        IntercomCallRow.household_id == household_id,
        IntercomCallRow.state.in_(_OPEN),
        IntercomCallRow.ends_at > now,
    )
    row = session.scalar(mine.order_by(IntercomCallRow.started_at.desc()).limit(1))
    return None if row is None else _call(row)


def add_call(session: Session, call: Call) -> None:
    """A new row at the place of a device."""
    values = {
        "id": call.id,
        "tenant_id": call.tenant_id,
        "site_id": call.site_id,
        "device_id": call.device_id,
        "household_id": call.household_id,
        "media_id": call.media_id,
        "state": call.state.value,
        "started_at": call.started_at,
        "ends_at": call.ends_at,
        "guard_from": call.guard_from,
    }
    insert_row(session, IntercomCallRow, values)


def find(session: Session, within: Scope, call_id: UUID) -> Call | None:
    row = session.scalar(_mine(within).where(IntercomCallRow.id == call_id))
    return None if row is None else _call(row)


def find_locked(session: Session, within: Scope, call_id: UUID) -> Call | None:
    """Whoever is about to decide: one after the other."""
    mine = _mine(within).where(IntercomCallRow.id == call_id).with_for_update()
    row = session.scalar(mine.execution_options(populate_existing=True))
    return None if row is None else _call(row)


def change(session: Session, within: Scope, call_id: UUID, **values: Any) -> None:
    mine = update(IntercomCallRow).where(IntercomCallRow.id == call_id, IntercomCallRow.site_id.in_(within.sites))
    session.execute(mine.values(**values))


def page_of_calls(
    session: Session, within: Scope, request: PageRequest, ringing_at: datetime | None = None
) -> Page[Call]:
    """Newest first; with `ringing_at` only those that have not ended by then."""
    query = _mine(within).where(IntercomCallRow.household_id.is_not(None))
    if ringing_at is not None:
        query = query.where(IntercomCallRow.state.in_(_OPEN), IntercomCallRow.ends_at > ringing_at)
    if request.after is not None:
        before = tuple_(IntercomCallRow.started_at, IntercomCallRow.id) < (request.after.at, request.after.id)
        query = query.where(before)
    newest = query.order_by(IntercomCallRow.started_at.desc(), IntercomCallRow.id.desc()).limit(request.limit + 1)
    calls = [_call(row) for row in session.scalars(newest)]
    return page_of(calls, request, lambda call: Cursor(call.started_at, call.id))


def _mine(within: Scope) -> Select[tuple[IntercomCallRow]]:
    query = select(IntercomCallRow).where(IntercomCallRow.site_id.in_(within.sites))
    if within.devices is not None:
        query = query.where(IntercomCallRow.device_id.in_(within.devices))
    return query if within.households is None else query.where(IntercomCallRow.household_id.in_(within.households))


def _call(row: IntercomCallRow) -> Call:
    return Call(
        CallId(row.id),
        TenantId(row.tenant_id),
        SiteId(row.site_id),
        DeviceId(row.device_id),
        None if row.household_id is None else HouseholdId(row.household_id),
        None if row.media_id is None else MediaId(row.media_id),
        CallState(row.state),
        row.started_at,
        row.ends_at,
        row.guard_from,
        None if row.answered_by is None else ResidentId(row.answered_by),
        None if row.decided_by is None else ResidentId(row.decided_by),
        None if row.guard_id is None else StaffId(row.guard_id),
        row.decided_at,
        row.command_id,
        None if row.reason is None else OpenReason(row.reason),
    )


def add_ring(session: Session, ring: Ring, now: datetime) -> None:
    """A new row of a call that was found within a scope."""
    values = {
        "id": ring.id,
        "call_id": ring.call_id,
        "site_id": ring.site_id,
        "way": ring.way.value,
        "resident_id": ring.resident_id,
        "person_id": ring.person_id,
        "state": ring.state.value,
        "at": now,
    }
    insert_row(session, IntercomRingRow, values)


def find_ring(session: Session, within: Scope, ring_id: UUID) -> Ring | None:
    mine = select(IntercomRingRow).where(IntercomRingRow.id == ring_id, IntercomRingRow.site_id.in_(within.sites))
    row = session.scalar(mine)
    return None if row is None else _ring(row)


def rings_of(session: Session, within: Scope, call_id: UUID) -> list[Ring]:
    mine = select(IntercomRingRow).where(IntercomRingRow.call_id == call_id, IntercomRingRow.site_id.in_(within.sites))
    return [_ring(row) for row in session.scalars(mine.order_by(IntercomRingRow.id))]


def _ring(row: IntercomRingRow) -> Ring:
    return Ring(
        RingId(row.id),
        CallId(row.call_id),
        SiteId(row.site_id),
        Way(row.way),
        None if row.resident_id is None else ResidentId(row.resident_id),
        None if row.person_id is None else PersonId(row.person_id),
        RingState(row.state),
    )


def change_ring(session: Session, within: Scope, ring_id: UUID, state: RingState, **values: Any) -> None:
    mine = update(IntercomRingRow).where(IntercomRingRow.id == ring_id, IntercomRingRow.site_id.in_(within.sites))
    session.execute(mine.values(state=state.value, **values))


def add_line(session: Session, call: Call, line: HistoryLine) -> None:
    """A new row of a call that was found within a scope."""
    values = {
        "id": uuid7(),
        "call_id": call.id,
        "site_id": call.site_id,
        "what": line.what.value,
        "at": line.at,
        "resident_id": line.resident_id,
        "staff_id": line.staff_id,
    }
    insert_row(session, IntercomEventRow, values)


def histories(session: Session, within: Scope, calls: Iterable[UUID]) -> dict[UUID, list[HistoryLine]]:
    """The lines of each call, oldest first, in one query."""
    mine = select(IntercomEventRow).where(
        IntercomEventRow.call_id.in_(list(calls)), IntercomEventRow.site_id.in_(within.sites)
    )
    found: dict[UUID, list[HistoryLine]] = defaultdict(list)
    for row in session.scalars(mine.order_by(IntercomEventRow.at, IntercomEventRow.id)):
        resident_id = None if row.resident_id is None else ResidentId(row.resident_id)
        staff_id = None if row.staff_id is None else StaffId(row.staff_id)
        found[row.call_id].append(HistoryLine(Happening(row.what), row.at, resident_id, staff_id))
    return found
