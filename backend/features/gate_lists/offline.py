"""What terminals decided alone, once they can say so. It has happened: it is kept, compared, and never refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from backend.features.devices import service as devices
from backend.features.devices.errors import EventChanged
from backend.features.devices.model import Device, Direction, EventHeader
from backend.features.gate_lists import findings, judging, store
from backend.features.gate_lists.errors import NoPlace
from backend.features.gate_lists.model import Judged, OfflineCredential, OfflineEvent, Outcome, Receipt
from backend.features.passages import service as passages
from backend.features.passages.model import Credential, HandReason, PassageState
from backend.features.visits import offline as visits
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Work
from backend.kernel.identity import Scope
from backend.kernel.plates import normalise_plate

_CREDENTIALS = {
    OfflineCredential.PASS: Credential.QR,
    OfflineCredential.PLATE: Credential.PLATE,
    OfflineCredential.HAND: Credential.HAND,
}


@dataclass(frozen=True)
class Reported:
    """One decision with its envelope and the keyed hash of what was sent."""

    header: EventHeader
    event: OfflineEvent
    request_hash: bytes


def take_all(
    work: Work, crypto: Crypto, within: Scope, device: Device, reports: Iterable[Reported]
) -> dict[UUID, Receipt]:
    """In the order in which the terminal wrote them. Raises NoPlace."""
    if device.gate_id is None and device.door_id is None:
        raise NoPlace
    found: dict[UUID, Receipt] = {}
    boots: set[UUID] = set()
    for one in reports:
        found[one.header.event_id] = _receive(work, crypto, within, device, one)
        boots.add(one.header.boot_id)
    for boot_id in sorted(boots):
        findings.settle_gaps(work, device, boot_id)
    work.record("gate_list.decisions_received", Subject("device", device.id), count=len(found))
    return found


def _receive(work: Work, crypto: Crypto, within: Scope, device: Device, one: Reported) -> Receipt:
    def take() -> dict[str, Any]:
        _take(work, crypto, within, device, one)
        return {}

    try:
        devices.receive_fact(work, device, one.header, one.request_hash, take)
    except EventChanged:
        return Receipt.CHANGED
    return Receipt.KEPT


def _take(work: Work, crypto: Crypto, within: Scope, device: Device, one: Reported) -> None:
    header, event = one.header, one.event
    judged = judging.judge(work, crypto, within, device, event)
    counted = _was_admitted_online(work, device, one)
    passage_id = None if counted else _passage(work, device, event, judged)
    decision_id = store.add_decision(
        work.session,
        device.id,
        {
            "site_id": device.site_id,
            "event_id": header.event_id,
            "boot_id": header.boot_id,
            "counter": header.counter,
            "unanswered": event.unanswered,
            "list_version": event.list_version,
            "credential": event.shown.credential.value,
            "outcome": event.outcome.value,
            "reason": event.reason,
            "passage_id": passage_id,
            "visit_id": judged.visit_id,
            "vehicle_id": judged.vehicle_id,
            "credential_id": judged.credential_id,
            "occurred_at": header.occurred_at,
            "received_at": work.now,
        },
    )
    entered = event.outcome is Outcome.ADMITTED and device.direction is not Direction.EXIT
    visit_id = None if counted or not entered else judged.visit_id
    left = visit_id is None or visits.note_entry(work, within, visit_id, event.occurred_at)
    findings.compare(work, device, decision_id, event, judged, entries_were_left=left)


def _was_admitted_online(work: Work, device: Device, one: Reported) -> bool:
    """The same arrival was admitted by the platform, whose answer did not arrive: it is counted already."""
    if one.event.unanswered is None:
        return False
    answer = devices.answer_to(work.session, device.id, one.header.boot_id, one.event.unanswered)
    return answer is not None and answer.get("admitted") is True


def _passage(work: Work, device: Device, event: OfflineEvent, judged: Judged) -> UUID | None:
    """Cards are among the events of doors, everything else among the passages of gates."""
    credential = _CREDENTIALS.get(event.shown.credential)
    if credential is None or device.gate_id is None or device.direction is None:
        return None
    opened = event.outcome is Outcome.ADMITTED
    by_hand = opened and credential is Credential.HAND
    values = {
        "occurred_at": event.occurred_at,
        "decided_at": event.occurred_at,
        "reason": event.reason,
        "plate": normalise_plate(event.shown.text) if credential is Credential.PLATE else None,
        "hand_reason": HandReason.DEVICE_FAULT.value if by_hand else None,
        "visit_id": judged.visit_id,
        "vehicle_id": judged.vehicle_id,
    }
    state = PassageState.OPENED if opened else PassageState.TURNED_AWAY
    return passages.add_passage(work, device, credential, state, values)
