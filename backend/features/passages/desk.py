"""The guard's part. One of two guards who press at once is told that the other was faster."""

from uuid import UUID

from backend.features.devices import service as devices
from backend.features.devices.model import Device, Direction
from backend.features.passages import store
from backend.features.passages.errors import AlreadyDecided, NotAGate, NothingToConfirm, ReasonNotOwed
from backend.features.passages.model import (
    Admit,
    Credential,
    Decision,
    HandReason,
    Passage,
    PassageState,
    PlateObservation,
)
from backend.features.passages.service import FEED, add_passage, carry_out, get_locked, judge, note_plate, open_up
from backend.features.visits import service as visits
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.unit_of_work import Work
from backend.kernel.identity import Scope
from backend.kernel.ids import PassageId
from backend.kernel.plates import checked_plate

UNDECIDED = (PassageState.READING, PassageState.WAITING)
BY_HAND = "guard"
"""The `engine` of a plate that a person has read."""


def confirm(work: Work, within: Scope, passage_id: UUID) -> Decision:
    """The guard agrees with the plate that was read; what it admits is decided anew.

    Raises NotFound, AlreadyDecided, NothingToConfirm.
    """
    passage = _undecided(work, within, passage_id)
    if passage.plate is None:
        raise NothingToConfirm
    return _say(work, within, passage, passage.plate, "passage.plate_confirmed")


def correct(work: Work, within: Scope, passage_id: UUID, plate: str) -> Decision:
    """The guard reads the plate from the photo. Raises NotFound, AlreadyDecided, ImplausiblePlate."""
    text = checked_plate(plate)
    return _say(work, within, _undecided(work, within, passage_id), text, "passage.plate_corrected")


def _say(work: Work, within: Scope, passage: Passage, plate: str, action: str) -> Decision:
    said = PlateObservation(plate, certain=True, confidence_0_1=1.0, engine=BY_HAND, said_by_person=True)
    decision = judge(work, within, passage, said)
    note_plate(work, within, passage, said)
    work.record(action, Subject("passage", passage.id))
    if isinstance(decision, Admit):
        store.change(work.session, within, passage.id, decided_by=work.actor.id)
    carry_out(work, within, passage, decision)
    work.publish(FEED, passage.site_id, passage.id)
    return decision


def open_by_hand(work: Work, within: Scope, passage_id: UUID, reason: HandReason) -> None:
    """Raises NotFound, AlreadyDecided."""
    passage = _undecided(work, within, passage_id)
    visit_id = passage.visit_id
    if visit_id and passage.direction is Direction.ENTRY:
        visits.use_entry(work, within, visit_id)
    open_up(work, within, passage, visit_id, hand_reason=reason.value, decided_by=work.actor.id)
    work.publish(FEED, passage.site_id, passage.id)


def turn_away(work: Work, within: Scope, passage_id: UUID) -> None:
    """The guard has spoken with the driver, who does not come in. Raises NotFound, AlreadyDecided."""
    passage = _undecided(work, within, passage_id)
    store.change(
        work.session,
        within,
        passage.id,
        state=PassageState.TURNED_AWAY.value,
        decided_at=work.now,
        decided_by=work.actor.id,
    )
    work.record("passage.turned_away", Subject("passage", passage.id))
    work.publish(FEED, passage.site_id, passage.id)


def _undecided(work: Work, within: Scope, passage_id: UUID) -> Passage:
    passage = get_locked(work, within, passage_id)
    if passage.state not in UNDECIDED:
        raise AlreadyDecided
    return passage


def emergency_open(work: Work, within: Scope, device_id: UUID) -> PassageId:
    """One press opens; the reason is owed and given afterwards. Raises NotFound, NotAGate."""
    device = devices.get_device(work.session, within, device_id)
    if device.gate_id is None or device.direction is None:
        raise NotAGate
    passage = _by_hand(work, within, device)
    open_up(work, within, passage, None, reason_owed=True, decided_by=work.actor.id)
    return passage.id


def _by_hand(work: Work, within: Scope, device: Device) -> Passage:
    passage_id = add_passage(work, device, Credential.HAND, PassageState.WAITING, {"occurred_at": work.now})
    return get_locked(work, within, passage_id)


def give_reason(work: Work, within: Scope, passage_id: UUID, reason: HandReason) -> None:
    """Raises NotFound, ReasonNotOwed."""
    passage = get_locked(work, within, passage_id)
    if not passage.reason_owed:
        raise ReasonNotOwed
    store.change(work.session, within, passage.id, reason_owed=False, hand_reason=reason.value)
    work.record("passage.reason_given", Subject("passage", passage.id), hand_reason=reason.value)
    work.publish(FEED, passage.site_id, passage.id)
