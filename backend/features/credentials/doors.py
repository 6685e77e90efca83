"""A door asks before it opens: by the state of the card, the holder's home or work of today, and the hour."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.features.credentials import rules, store
from backend.features.credentials.errors import AlarmAcknowledged, CardNumberInvalid, DeviceIsNoDoor
from backend.features.credentials.model import Denial, DoorAlarm, DoorEventKind, Place
from backend.features.credentials.service import FEED, card_hash, is_pin, right_of
from backend.features.credentials.tables import CredentialRow, DoorEventRow
from backend.features.devices import service as devices
from backend.features.devices.model import Device
from backend.features.sites import places
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.inserting import insert_row
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import uuid7


@dataclass(frozen=True)
class Asked:
    """What somebody held to the reader, and when."""

    card: str
    pin: str | None
    occurred_at: datetime


def check(work: Work, crypto: Crypto, within: Scope, device: Device, asked: Asked) -> Denial | None:
    """Opens, or says why not; either way it is on record. A card of another site is an unknown one.

    Raises DeviceIsNoDoor.
    """
    place = place_of(work, within, device)
    row = _card(work, crypto, within, asked.card)
    denial = Denial.UNKNOWN if row is None else _decide(work, crypto, within, place, row, asked)
    values = {"credential_id": None if row is None else row.id, "denial": None if denial is None else denial.value}
    _keep(work, device, DoorEventKind.CHECK, asked.occurred_at, values)
    if denial is None:
        devices.open_door(work, within, device.id)
    return denial


def _card(work: Work, crypto: Crypto, within: Scope, number: str) -> CredentialRow | None:
    try:
        return store.find_by_number(work.session, within, card_hash(crypto, number))
    except CardNumberInvalid:
        return None


def _decide(work: Work, crypto: Crypto, within: Scope, place: Place, row: CredentialRow, asked: Asked) -> Denial | None:
    if rules.is_late(asked.occurred_at, work.now):
        return Denial.LATE
    card, holder = store.credential_of(row), store.holder_of(row)
    right = right_of(work.session, within, holder, local_day(work.now))
    denial = rules.denial_by_state(card.state) or rules.denial_at(place, right)
    if denial is not None:
        return denial
    if asked.pin is None:
        return Denial.PIN_NEEDED if rules.needs_pin(place, card.assurance) else None
    since = work.now - rules.PIN_WINDOW
    if store.wrong_pins_since(work.session, within, row.id, since) >= rules.PIN_TRIES:
        return Denial.PIN_LOCKED
    return None if is_pin(work.session, crypto, within, holder, asked.pin) else Denial.PIN_WRONG


def place_of(work: Work, within: Scope, device: Device) -> Place:
    """Raises DeviceIsNoDoor for a device of neither door nor gate."""
    if device.door_id is None:
        if device.gate_id is None:
            raise DeviceIsNoDoor
        return Place()
    door = places.get_door(work.session, within, device.door_id)
    if door.place.zone_id is None:
        return Place(door.place.unit_id, door.place.building_id)
    zone = places.get_zone(work.session, within, door.place.zone_id)
    return Place(building_id=zone.building_id, zone=zone.kind)


def take_alarm(work: Work, within: Scope, device: Device, alarm: DoorAlarm, occurred_at: datetime) -> None:
    """A door that was forced or is held open; the site's guards see it. Raises DeviceIsNoDoor."""
    place_of(work, within, device)
    event_id = _keep(work, device, DoorEventKind(alarm.value), occurred_at, {"credential_id": None, "denial": None})
    work.record(f"door.{alarm.value}", Subject("door_event", event_id), tenant_id=device.tenant_id)
    work.publish(FEED, device.site_id, event_id)


def acknowledge(work: Work, within: Scope, event_id: UUID) -> None:
    """A guard has looked after it. Raises NotFound, AlarmAcknowledged."""
    site_id = store.find_alarm_site(work.session, within, event_id)
    if site_id is None:
        raise NotFound
    if not store.acknowledge_alarm(work.session, within, event_id, work.actor.id, work.now):
        raise AlarmAcknowledged
    work.record("door.acknowledged", Subject("door_event", event_id))
    work.publish(FEED, site_id, event_id)


def _keep(work: Work, device: Device, kind: DoorEventKind, occurred_at: datetime, values: dict[str, Any]) -> UUID:
    event_id = uuid7()
    head = {"id": event_id, "site_id": device.site_id, "device_id": device.id, "kind": kind.value}
    insert_row(work.session, DoorEventRow, head | {"occurred_at": occurred_at, "at": work.now} | values)
    return event_id


def note_offline(
    work: Work, crypto: Crypto, within: Scope, device: Device, card: str, occurred_at: datetime, admitted: bool
) -> tuple[UUID | None, Denial | None]:
    """Keeps what a door has decided alone: the card, and why it should not have opened then, if it should not.

    Raises DeviceIsNoDoor.
    """
    place = place_of(work, within, device)
    row = _card(work, crypto, within, card)
    denial = Denial.UNKNOWN if row is None else _denial_then(work, within, place, row, occurred_at)
    credential_id = None if row is None else row.id
    refusal = None if admitted else (denial or Denial.NOT_LISTED).value
    values = {"credential_id": credential_id, "denial": refusal}
    _keep(work, device, DoorEventKind.CHECK, occurred_at, values)
    return credential_id, denial


def _denial_then(work: Work, within: Scope, place: Place, row: CredentialRow, at: datetime) -> Denial | None:
    """By the card's state at that instant, as far as it has not changed since, and by its holder's home or work."""
    card = store.credential_of(row)
    stopped = None if at < card.changed_at else rules.denial_by_state(card.state)
    return stopped or rules.denial_at(place, right_of(work.session, within, store.holder_of(row), local_day(at)))
