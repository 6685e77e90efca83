"""Cars and people at the gate: a photo comes in, the machine admits or asks, a guard has the last word."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, assert_never
from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.devices import service as devices
from backend.features.devices.model import Device, Direction, EventHeader
from backend.features.media import service as media
from backend.features.notices import service as notices
from backend.features.notices.model import NoticeKind
from backend.features.passages import rules, store
from backend.features.passages.errors import NotAGate, PhotoRequired
from backend.features.passages.jobs import RecogniseLatePlate, RecognisePlate
from backend.features.passages.model import (
    Admit,
    AskGuard,
    AskReason,
    Capture,
    Credential,
    Decision,
    Passage,
    PassageState,
    PlateObservation,
    ReviewedReading,
    VehicleSeen,
)
from backend.features.passages.stored import characters_json, vehicle_json
from backend.features.people import service as people
from backend.features.people.model import Vehicle
from backend.features.visits import service as visits
from backend.features.visits.model import Visit
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import PassageId, SiteId, VisitId, uuid7
from backend.kernel.paging import Page, PageRequest

FEED = "passage"
NOTHING_SAID = VehicleSeen()
UNDECIDED = (PassageState.READING, PassageState.WAITING)
BY_HAND = "guard"
"""The `engine` of a plate that a person has read."""


def take_capture(
    work: Work,
    device: Device,
    header: EventHeader,
    media_ids: Sequence[UUID],
    payload: dict[str, Any],
    passage_id: PassageId,
    vehicle: VehicleSeen = NOTHING_SAID,
) -> None:
    """Stores the photo's event, shows its passage to the guard at once, and promises its reading.

    Raises NotAGate, PhotoRequired, NotFound for a photo that this device did not upload.
    """
    if device.gate_id is None or device.direction is None:
        raise NotAGate
    if len(media_ids) != 1:
        raise PhotoRequired
    media.attach(work, device.id, media_ids)
    capture_id = uuid7()
    place = _place(device)
    store.add_capture(
        work.session,
        place
        | {
            "id": capture_id,
            "event_id": header.event_id,
            "boot_id": header.boot_id,
            "counter": header.counter,
            "kind": header.kind,
            "media_id": media_ids[0],
            "payload": payload,
            "occurred_at": header.occurred_at,
            "received_at": work.now,
        },
    )
    passage = {
        "capture_id": capture_id,
        "media_id": media_ids[0],
        "occurred_at": header.occurred_at,
        "seen_until": header.occurred_at,
        "vehicle": vehicle_json(vehicle),
    }
    late = work.now - header.occurred_at > rules.FRESH
    recognise = RecogniseLatePlate if late else RecognisePlate
    work.later(recognise(capture_id, work.now), site_id=device.site_id)
    add_passage(work, device, Credential.PLATE, PassageState.READING, {"id": passage_id, **passage})


def _place(device: Device) -> dict[str, Any]:
    assert device.direction is not None  # noqa: S101 - checked by every caller
    return {
        "tenant_id": device.tenant_id,
        "site_id": device.site_id,
        "gate_id": device.gate_id,
        "device_id": device.id,
        "direction": device.direction.value,
    }


def add_passage(
    work: Work, device: Device, credential: Credential, state: PassageState, values: dict[str, Any]
) -> PassageId:
    passage_id = PassageId(values.get("id") or uuid7())
    fixed = {"id": passage_id, "credential": credential.value, "state": state.value, "created_at": work.now}
    store.add(work.session, _place(device) | fixed | values)
    work.publish(FEED, device.site_id, passage_id)
    return passage_id


def get_capture(session: Session, within: Scope, job: RecognisePlate) -> Capture:
    capture = store.find_capture(session, within, job.capture_id, job.received_at)
    if capture is None:
        raise NotFound
    return capture


def get(session: Session, within: Scope, passage_id: UUID) -> Passage:
    return existing(store.find(session, within, passage_id))


def get_locked(work: Work, within: Scope, passage_id: UUID) -> Passage:
    return existing(store.find(work.session, within, passage_id, lock=True))


def existing(passage: Passage | None) -> Passage:
    """Raises NotFound."""
    if passage is None:
        raise NotFound
    return passage


def list_page(
    session: Session, within: Scope, request: PageRequest, states: Sequence[PassageState] = ()
) -> Page[Passage]:
    return store.list_page(session, within, request, states)


def of_visits(session: Session, within: Scope, visit_ids: Sequence[UUID]) -> Sequence[Passage]:
    return store.of_visits(session, within, visit_ids)


def reviewed_since(session: Session, within: Scope, site_id: SiteId, since: datetime) -> list[ReviewedReading]:
    """Pictures taken since, whose plate a person has read and whose place in the picture is known."""
    return store.reviewed_since(session, within, site_id, since)


def judge(work: Work, within: Scope, passage: Passage, observation: PlateObservation) -> Decision:
    """What this plate means at this passage's own site, however far the actor reaches."""
    here = replace(within, sites=within.sites & {passage.site_id})
    vehicle, visit = _known(work, here, passage.direction, observation)
    return rules.decide(passage.direction, observation, vehicle, visit, passage.seen_until, work.now)


def _known(
    work: Work, within: Scope, direction: Direction, observation: PlateObservation
) -> tuple[Vehicle | None, Visit | None]:
    if observation.text is None:
        return None, None
    vehicle = people.find_vehicle_by_plate(work.session, within, observation.text)
    match = visits.match_arriving if direction is Direction.ENTRY else visits.match_leaving
    return vehicle, match(work, within, observation.text)


def plate_noted(observation: PlateObservation) -> dict[str, Any]:
    """The passage's plate from now on; with a machine's reading goes the picture in which it is seen best."""
    picture = {} if observation.media_id is None else {"media_id": observation.media_id}
    return picture | {
        "plate": observation.text,
        "plate_colour": observation.colour,
        "plate_kind": observation.kind,
        "confidence": observation.confidence_0_1,
        "alternatives": [list(pair) for pair in observation.alternatives],
        "characters": characters_json(observation.characters),
        "engine": f"{observation.engine} {observation.engine_version}".strip(),
        "read_ms": observation.read_ms,
    }


def carry_out(work: Work, within: Scope, passage: Passage, decision: Decision, **noted: Any) -> None:
    """Admits or asks; `noted` is written with it, since every statement here delays the barrier."""
    match decision:
        case Admit():
            _admit(work, within, passage, decision, noted)
        case AskGuard():
            asked = {"state": PassageState.WAITING.value, "reason": decision.reason.value}
            store.change(work.session, within, passage.id, visit_id=decision.visit_id, **asked, **noted)
        case _:
            assert_never(decision)


def _admit(work: Work, within: Scope, passage: Passage, decision: Admit, noted: dict[str, Any]) -> None:
    entering = passage.direction is Direction.ENTRY
    if entering and decision.visit_id and not visits.use_entry(work, within, decision.visit_id):
        # Another gate took the last entry between the look and the lock.
        carry_out(work, within, passage, AskGuard(AskReason.VISIT_USED_UP, decision.visit_id), **noted)
        return
    admitted = {"reason": decision.reason.value, "vehicle_id": decision.vehicle_id}
    open_up(work, within, passage, decision.visit_id, **admitted, **noted)


def open_up(work: Work, within: Scope, passage: Passage, visit_id: VisitId | None, **values: Any) -> None:
    """Opens the barrier, settles the passage, and tells the host of a visit."""
    devices.open_barrier(work, within, passage.device_id, passage.id)
    settled = {"state": PassageState.OPENED.value, "decided_at": work.now, "visit_id": visit_id}
    store.change(work.session, within, passage.id, **settled, **values)
    work.record("passage.opened", Subject("passage", passage.id), tenant_id=passage.tenant_id, **_fact(values))
    if visit_id is not None:
        arrived = passage.direction is Direction.ENTRY
        kind = NoticeKind.VISITOR_ARRIVED if arrived else NoticeKind.VISITOR_LEFT
        notices.promise(
            work, kind, passage.site_id, visit_id=visit_id, tenant_id=passage.tenant_id, gate_id=passage.gate_id
        )


def _fact(values: dict[str, Any]) -> dict[str, str]:
    return {name: str(values[name]) for name in ("reason", "hand_reason") if values.get(name)}
