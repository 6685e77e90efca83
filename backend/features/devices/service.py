"""Machines at the edge: enrolled with a token, heard through one envelope, told through expiring commands."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from backend.features.devices import rules, store
from backend.features.devices.errors import EventChanged, WindowOutOfRange
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
from backend.features.devices.tables import DeviceRow
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Database, Work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Actor, ActorKind, Role, Scope
from backend.kernel.ids import DeviceId, DoorId, GateId, SiteId, TenantId, random_token, uuid7

TOKEN_CONTEXT = "device-token"
COMMANDS = "device_command"
"""Channel of NOTIFY; the payload is the device's id."""
BARRIER_COMMAND_LIFE = timedelta(seconds=15)
DOOR_COMMAND_LIFE = timedelta(seconds=5)
SEEN_EVERY = timedelta(minutes=1)
SHORTEST_ONE_CAR_SECONDS, LONGEST_ONE_CAR_SECONDS = 1, 60


@dataclass(frozen=True)
class Enrolment:
    device_id: DeviceId
    token: str
    """Shown once; only its keyed hash is stored."""


def enrol(
    work: Work,
    crypto: Crypto,
    tenant_id: TenantId,
    site_id: SiteId,
    name: str,
    *,
    gate_id: GateId | None = None,
    direction: Direction | None = None,
    door_id: DoorId | None = None,
    kind: DeviceKind | None = None,
) -> Enrolment:
    """Without `kind`, what its place makes it: a door's controller, or a gate's terminal."""
    by_place = DeviceKind.GATE_TERMINAL if door_id is None else DeviceKind.DOOR_CONTROLLER
    token = random_token()
    row = DeviceRow(
        id=uuid7(),
        tenant_id=tenant_id,
        site_id=site_id,
        gate_id=gate_id,
        kind=(kind or by_place).value,
        door_id=door_id,
        direction=direction.value if direction else None,
        name=name,
        token_hash=crypto.look_up_hash(token, TOKEN_CONTEXT),
    )
    work.session.add(row)
    work.session.flush()
    work.record("device.enrolled", Subject("device", row.id), tenant_id=tenant_id)
    return Enrolment(DeviceId(row.id), token)


def revoke(work: Work, within: Scope, device_id: UUID) -> None:
    """Its token is refused from the next request on."""
    mine = update(DeviceRow).where(DeviceRow.id == device_id, DeviceRow.site_id.in_(within.sites))
    if work.session.execute(mine.values(revoked_at=work.now)).rowcount != 1:  # type: ignore[attr-defined]
        raise NotFound
    work.record("device.revoked", Subject("device", device_id))


def set_one_car_window(work: Work, within: Scope, device_id: UUID, seconds: int) -> None:
    """How far apart two pictures of this lane may lie and still be of one car. Raises NotFound, WindowOutOfRange."""
    if not SHORTEST_ONE_CAR_SECONDS <= seconds <= LONGEST_ONE_CAR_SECONDS:
        raise WindowOutOfRange(shortest=SHORTEST_ONE_CAR_SECONDS, longest=LONGEST_ONE_CAR_SECONDS)
    if not store.set_one_car_seconds(work.session, within, device_id, seconds):
        raise NotFound
    work.record("device.window_set", Subject("device", device_id), seconds=seconds)


def authenticate(database: Database, crypto: Crypto, token: str) -> Actor | None:
    """The device that holds this token, as an actor within its own site."""
    with database.sessions() as session:
        device = store.find_by_token(session, crypto.look_up_hash(token, TOKEN_CONTEXT))
    if device is None:
        return None
    scope = Scope(frozenset({device.site_id}), devices=frozenset({device.id}))
    return Actor(ActorKind.DEVICE, device.id, device.tenant_id, frozenset({Role.DEVICE}), scope)


def get_device(session: Session, within: Scope, device_id: UUID) -> Device:
    found = store.find(session, within, device_id)
    if found is None:
        raise NotFound
    return found


def list_devices(session: Session, within: Scope) -> list[Device]:
    return store.list_devices(session, within)


def names_at(session: Session, within: Scope, place_id: UUID) -> list[str]:
    """The devices in use at a gate or a door."""
    return store.names_at(session, within, place_id)


def receive(
    work: Work,
    device: Device,
    header: EventHeader,
    request_hash: bytes,
    take: Callable[[], dict[str, Any]],
    **facts: str,
) -> dict[str, Any]:
    """Stores a new event through `take`; a repeat gets the first answer.

    The answer has `facts`, known beforehand, and what `take` found out. Raises EventChanged (and keeps a trace)
    when the id came before with another body; ClockDrift, EventInFuture, EventTooOld.
    """
    rules.check_times(header, work.now)
    return receive_fact(work, device, header, request_hash, take, **facts)


def receive_fact(
    work: Work,
    device: Device,
    header: EventHeader,
    request_hash: bytes,
    take: Callable[[], dict[str, Any]],
    **facts: str,
) -> dict[str, Any]:
    """As `receive`, for what has happened already, however long ago and by whatever clock. Raises EventChanged."""
    answer = {"event_id": str(header.event_id), "received_at": work.now.isoformat(), **facts}
    if not store.insert_event(work.session, device.id, header, request_hash, answer, work.now):
        return _repeat(work, device.id, header, request_hash)
    if found := take():
        answer |= found
        store.store_answer(work.session, device.id, header.event_id, answer)
    if device.last_seen_at is None or device.last_seen_at < work.now - SEEN_EVERY:
        note_seen(work, device.id)
    return answer


def _repeat(work: Work, device_id: DeviceId, header: EventHeader, request_hash: bytes) -> dict[str, Any]:
    stored = store.get_event(work.session, device_id, header.event_id)
    if stored.request_hash == request_hash:
        return stored.answer
    work.keep(lambda own: _keep_conflict(own, device_id, header, request_hash))
    raise EventChanged(event_id=str(header.event_id))


def _keep_conflict(own: Work, device_id: DeviceId, header: EventHeader, request_hash: bytes) -> None:
    store.add_conflict(own.session, device_id, header.event_id, request_hash, own.now)
    own.record("device.event_changed", Subject("device", device_id), event_id=str(header.event_id))


def open_barrier(work: Work, within: Scope, device_id: DeviceId, passage_id: UUID) -> Command:
    """Tells the device at once; after fifteen seconds the command is void."""
    return _tell(work, within, device_id, CommandKind.OPEN_BARRIER, passage_id, BARRIER_COMMAND_LIFE)


def open_door(work: Work, within: Scope, device_id: DeviceId) -> Command:
    """Tells the device at once; after five seconds the command is void."""
    return _tell(work, within, device_id, CommandKind.OPEN_DOOR, None, DOOR_COMMAND_LIFE)


def _tell(
    work: Work, within: Scope, device_id: DeviceId, kind: CommandKind, passage_id: UUID | None, life: timedelta
) -> Command:
    command = Command(uuid7(), kind, passage_id, work.now, work.now + life)
    if not store.tell(work.session, within, device_id, command, COMMANDS):
        raise NotFound
    return command


def wake(work: Work, device_id: DeviceId) -> None:
    """Whatever the device waits for, it looks again once this transaction has committed."""
    work.session.execute(text("SELECT pg_notify(:channel, :device)"), {"channel": COMMANDS, "device": str(device_id)})


def told_outcomes(session: Session, within: Scope, commands: Iterable[UUID]) -> dict[UUID, Told]:
    """What is known of each of these commands; those out of reach are missing."""
    return store.told_outcomes(session, within, commands)


def note_seen(work: Work, device_id: DeviceId) -> None:
    """A sign of life; written at most once in SEEN_EVERY."""
    store.note_seen(work.session, device_id, work.now, work.now - SEEN_EVERY)


def poll_commands(work: Work, device_id: DeviceId) -> list[Command]:
    """To be asked again and again, and by that a device's sign of life."""
    note_seen(work, device_id)
    return waiting_commands(work, device_id)


def waiting_commands(work: Work, device_id: DeviceId) -> list[Command]:
    return store.waiting_commands(work.session, device_id, work.now)


def acknowledge(work: Work, device_id: DeviceId, command_id: UUID, outcome: CommandOutcome) -> UUID | None:
    """The passage whose command this first acknowledges; None for a repeat. Raises NotFound for another's.

    A late word is taken too: that the barrier opened is a fact, whatever the command said.
    """
    if store.find_command(work.session, device_id, command_id) is None:
        raise NotFound
    return store.acknowledge(work.session, device_id, command_id, outcome.value, work.now)


def check_clock(sent_at: datetime, now: datetime) -> None:
    """Raises ClockDrift."""
    rules.check_drift(sent_at, now)


def counters_of(session: Session, device_id: DeviceId, boot_id: UUID) -> list[int]:
    """The counters of the events that the device has sent of one boot, in order."""
    return store.counters_of(session, device_id, boot_id)


def answer_to(session: Session, device_id: DeviceId, boot_id: UUID, counter: int) -> dict[str, Any] | None:
    """What the event with this number was answered; None where it never arrived."""
    return store.answer_to(session, device_id, boot_id, counter)
