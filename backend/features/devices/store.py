from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, select, text, update
from sqlalchemy.orm import Session

from backend.features.devices.model import (
    Command,
    CommandKind,
    CommandOutcome,
    Device,
    DeviceKind,
    Direction,
    EventHeader,
    Told,
)
from backend.features.devices.tables import DeviceCommandRow, DeviceEventConflictRow, DeviceEventRow, DeviceRow
from backend.infrastructure.inserting import insert_if_absent
from backend.kernel.identity import Scope
from backend.kernel.ids import DeviceId, DoorId, GateId, SiteId, TenantId, uuid7

# Every event of every device asks these two: as text they cost a third of the processor time of an ORM query.
_COLUMNS = "id, tenant_id, site_id, gate_id, kind, direction, name, last_seen_at, one_car_seconds, door_id"
_DEVICE = f"SELECT {_COLUMNS} FROM device WHERE "  # noqa: S608 - from the code
_BY_TOKEN = text(_DEVICE + "token_hash = :token_hash AND revoked_at IS NULL")
_BY_ID = text(_DEVICE + "id = :id AND site_id = ANY(:sites)")


def find_by_token(session: Session, token_hash: bytes) -> Device | None:
    """The live device that holds this token; the one query without a scope, since it establishes one."""
    row = session.execute(_BY_TOKEN, {"token_hash": token_hash}).one_or_none()
    return None if row is None else _device(row)


def find(session: Session, within: Scope, device_id: UUID) -> Device | None:
    row = session.execute(_BY_ID, {"id": device_id, "sites": list(within.sites)}).one_or_none()
    return None if row is None else _device(row)


def list_devices(session: Session, within: Scope) -> list[Device]:
    rows = session.scalars(select(DeviceRow).where(DeviceRow.site_id.in_(within.sites)).order_by(DeviceRow.name))
    return [_device(row) for row in rows]


def _device(row: Any) -> Device:
    return Device(
        DeviceId(row.id),
        TenantId(row.tenant_id),
        SiteId(row.site_id),
        None if row.gate_id is None else GateId(row.gate_id),
        DeviceKind(row.kind),
        None if row.direction is None else Direction(row.direction),
        row.name,
        row.last_seen_at,
        row.one_car_seconds,
        None if row.door_id is None else DoorId(row.door_id),
    )


def note_seen(session: Session, device_id: DeviceId, now: datetime, at_most_since: datetime) -> None:
    """Writes at most once in a while: a busy gate need not rewrite its row for every photo."""
    stale = DeviceRow.last_seen_at.is_(None) | (DeviceRow.last_seen_at < at_most_since)
    session.execute(update(DeviceRow).where(DeviceRow.id == device_id, stale).values(last_seen_at=now))


def set_one_car_seconds(session: Session, within: Scope, device_id: UUID, seconds: int) -> bool:
    mine = update(DeviceRow).where(DeviceRow.id == device_id, DeviceRow.site_id.in_(within.sites))
    return bool(session.execute(mine.values(one_car_seconds=seconds)).rowcount)  # type: ignore[attr-defined]


def insert_event(
    session: Session,
    device_id: DeviceId,
    header: EventHeader,
    request_hash: bytes,
    answer: dict[str, Any],
    now: datetime,
) -> bool:
    """False when the event id is known already; waits for a parallel twin to commit or fail first."""
    row = {
        "device_id": device_id,
        "event_id": header.event_id,
        "request_hash": request_hash,
        "answer": answer,
        "boot_id": header.boot_id,
        "counter": header.counter,
        "occurred_at": header.occurred_at,
        "received_at": now,
    }
    return insert_if_absent(session, DeviceEventRow, row)


def store_answer(session: Session, device_id: DeviceId, event_id: UUID, answer: dict[str, Any]) -> None:
    mine = update(DeviceEventRow).where(DeviceEventRow.device_id == device_id, DeviceEventRow.event_id == event_id)
    session.execute(mine.values(answer=answer))


def get_event(session: Session, device_id: DeviceId, event_id: UUID) -> DeviceEventRow:
    return session.scalars(
        select(DeviceEventRow).where(DeviceEventRow.device_id == device_id, DeviceEventRow.event_id == event_id)
    ).one()


def add_conflict(session: Session, device_id: DeviceId, event_id: UUID, request_hash: bytes, now: datetime) -> None:
    session.add(
        DeviceEventConflictRow(
            id=uuid7(), device_id=device_id, event_id=event_id, request_hash=request_hash, received_at=now
        )
    )


def names_at(session: Session, within: Scope, place_id: UUID) -> list[str]:
    there = (DeviceRow.gate_id == place_id) | (DeviceRow.door_id == place_id)
    mine = select(DeviceRow.name).where(there, DeviceRow.site_id.in_(within.sites), DeviceRow.revoked_at.is_(None))
    return list(session.scalars(mine.order_by(DeviceRow.name)))


# One round trip: the barrier waits for it.
_TELL = text(
    """
    WITH told AS (
        INSERT INTO device_command (id, device_id, site_id, kind, passage_id, issued_at, expires_at)
        SELECT :id, id, site_id, :kind, :passage_id, :issued_at, :expires_at
        FROM device WHERE id = :device_id AND site_id = ANY(:sites)
        RETURNING device_id)
    SELECT pg_notify(:channel, CAST(device_id AS text)) FROM told
    """
).bindparams(
    bindparam("id", type_=Uuid()),
    bindparam("passage_id", type_=Uuid()),
    bindparam("device_id", type_=Uuid()),
    bindparam("sites", type_=ARRAY(Uuid())),
)


def tell(session: Session, within: Scope, device_id: UUID, command: Command, channel: str) -> bool:
    """Stores the command and, with the commit, wakes whoever waits for it; False for a device out of reach."""
    values = {
        "id": command.id,
        "device_id": device_id,
        "kind": command.kind.value,
        "passage_id": command.passage_id,
        "issued_at": command.issued_at,
        "expires_at": command.expires_at,
        "sites": list(within.sites),
        "channel": channel,
    }
    session.flush()
    return session.execute(_TELL, values).first() is not None


def waiting_commands(session: Session, device_id: DeviceId, now: datetime) -> list[Command]:
    rows = session.scalars(
        select(DeviceCommandRow)
        .where(
            DeviceCommandRow.device_id == device_id,
            DeviceCommandRow.acknowledged_at.is_(None),
            DeviceCommandRow.expires_at > now,
        )
        .order_by(DeviceCommandRow.issued_at)
    )
    return [_command(row) for row in rows]


def _command(row: DeviceCommandRow) -> Command:
    return Command(row.id, CommandKind(row.kind), row.passage_id, row.issued_at, row.expires_at)


def acknowledge(session: Session, device_id: DeviceId, command_id: UUID, outcome: str, now: datetime) -> UUID | None:
    """The command's passage where this acknowledged it first; None for a repeat. See `find_command`."""
    mine = update(DeviceCommandRow).where(
        DeviceCommandRow.id == command_id,
        DeviceCommandRow.device_id == device_id,
        DeviceCommandRow.acknowledged_at.is_(None),
    )
    done = mine.values(acknowledged_at=now, outcome=outcome).returning(DeviceCommandRow.passage_id)
    return session.execute(done).scalar_one_or_none()


def find_command(session: Session, device_id: DeviceId, command_id: UUID) -> Command | None:
    row = session.scalar(
        select(DeviceCommandRow).where(DeviceCommandRow.id == command_id, DeviceCommandRow.device_id == device_id)
    )
    return None if row is None else _command(row)


def counters_of(session: Session, device_id: DeviceId, boot_id: UUID) -> list[int]:
    mine = select(DeviceEventRow.counter).where(
        DeviceEventRow.device_id == device_id, DeviceEventRow.boot_id == boot_id
    )
    return list(session.scalars(mine.order_by(DeviceEventRow.counter)))


def answer_to(session: Session, device_id: DeviceId, boot_id: UUID, counter: int) -> dict[str, Any] | None:
    mine = select(DeviceEventRow.answer).where(
        DeviceEventRow.device_id == device_id, DeviceEventRow.boot_id == boot_id, DeviceEventRow.counter == counter
    )
    return session.scalar(mine.limit(1))


def told_outcomes(session: Session, within: Scope, commands: Iterable[UUID]) -> dict[UUID, Told]:
    mine = select(DeviceCommandRow).where(
        DeviceCommandRow.id.in_(list(commands)), DeviceCommandRow.site_id.in_(within.sites)
    )
    return {
        row.id: Told(row.expires_at, None if row.outcome is None else CommandOutcome(row.outcome))
        for row in session.scalars(mine)
    }
