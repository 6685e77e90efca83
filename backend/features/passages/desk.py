"""The guard's part. One of two guards who press at once is told that the other was faster."""

from uuid import UUID

from backend.features.devices import service as devices
from backend.features.devices.model import Device, Direction
from backend.features.passages import rules, store
from backend.features.passages.errors import AlreadyDecided, NotAGate, NothingToConfirm, ReasonNotOwed, ReviewLapsed
from backend.features.passages.model import (
    Admit,
    Credential,
    Decision,
    HandReason,
    Passage,
    PassageState,
    PlateObservation,
    ReviewOutcome,
)
from backend.features.passages.service import (
    BY_HAND,
    FEED,
    UNDECIDED,
    add_passage,
    carry_out,
    get_locked,
    judge,
    open_up,
    plate_noted,
)
from backend.features.visits import service as visits
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.unit_of_work import Work
from backend.kernel.identity import Scope
from backend.kernel.ids import DeviceId, PassageId, VisitId, uuid7
from backend.kernel.plates import checked_plate


def confirm(work: Work, within: Scope, passage_id: UUID) -> Decision:
    """The guard agrees with the plate that was read; what it admits is decided anew.

    Raises NotFound, AlreadyDecided, NothingToConfirm.
    """
    passage = _undecided(work, within, passage_id)
    if passage.plate is None:
        raise NothingToConfirm
    return _say(work, within, passage, passage.plate)


def correct(work: Work, within: Scope, passage_id: UUID, plate: str) -> Decision:
    """The guard reads the plate from the photo. Raises NotFound, AlreadyDecided, ImplausiblePlate."""
    text = checked_plate(plate)
    return _say(work, within, _undecided(work, within, passage_id), text)


def review(work: Work, within: Scope, passage_id: UUID, plate: str) -> Decision:
    """A person's word on a reading in the review queue: as read, or what it really is.

    Raises NotFound, AlreadyDecided where another guard was faster, ReviewLapsed where the car has gone,
    ImplausiblePlate.
    """
    text = checked_plate(plate)
    passage = _undecided(work, within, passage_id)
    if not rules.awaits_review(passage):
        raise AlreadyDecided
    later = store.lane_opened_after(work.session, within, passage.device_id, passage.seen_until)
    if rules.has_left(passage, later, work.now):
        raise ReviewLapsed
    return _say(work, within, passage, text)


def _say(work: Work, within: Scope, passage: Passage, plate: str) -> Decision:
    said = PlateObservation(plate, certain=True, confidence_0_1=1.0, engine=BY_HAND, said_by_person=True)
    decision = judge(work, within, passage, said)
    _note_review(work, passage, plate, decision)
    by = {"decided_by": work.actor.id} if isinstance(decision, Admit) else {}
    carry_out(work, within, passage, decision, **by, **plate_noted(said))
    work.publish(FEED, passage.site_id, passage.id)
    return decision


def _note_review(work: Work, passage: Passage, plate: str, decision: Decision) -> None:
    """Who said what of which reading: the texts in the review's own row, their story in the audit log."""
    outcome = ReviewOutcome.CONFIRMED if plate == passage.plate else ReviewOutcome.CORRECTED
    review_id = uuid7()
    row = {"id": review_id, "site_id": passage.site_id, "passage_id": passage.id, "read": passage.plate, "said": plate}
    said = {"outcome": outcome.value, "decision": decision.reason.value, "decided_by": work.actor.id, "at": work.now}
    store.add_review(work.session, row | said)
    work.record(
        f"passage.plate_{outcome.value}",
        Subject("passage", passage.id),
        review=str(review_id),
        read_by=passage.engine or "",
        confidence=round(passage.confidence_0_1 or 0.0, 3),
        decision=decision.reason.value,
    )


def open_by_hand(work: Work, within: Scope, passage_id: UUID, reason: HandReason, words: str = "") -> None:
    """`words` are the guard's own, beside the preset reason. Raises NotFound, AlreadyDecided."""
    passage = _undecided(work, within, passage_id)
    visit_id = passage.visit_id
    if visit_id and passage.direction is Direction.ENTRY:
        visits.use_entry(work, within, visit_id)
    said = {"hand_reason": reason.value, "hand_words": rules.own_words(words)}
    open_up(work, within, passage, visit_id, decided_by=work.actor.id, **said)
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


def admit_visit(
    work: Work, within: Scope, device_id: DeviceId, passage_id: PassageId | None, visit_id: VisitId
) -> bool:
    """Opens for a visit that somebody has approved at the gate: for the car that waits, else for whoever stands there.

    False when the visit has no entry left. Raises NotFound.
    """
    if not visits.use_entry(work, within, visit_id):
        return False
    waiting = None if passage_id is None else get_locked(work, within, passage_id)
    if waiting is None or waiting.state not in UNDECIDED:
        waiting = _by_hand(work, within, devices.get_device(work.session, within, device_id))
    reason = HandReason.HOST_CONFIRMED.value
    open_up(work, within, waiting, visit_id, hand_reason=reason, decided_by=work.actor.id)
    work.publish(FEED, waiting.site_id, waiting.id)
    return True


def give_reason(work: Work, within: Scope, passage_id: UUID, reason: HandReason, words: str = "") -> None:
    """Raises NotFound, ReasonNotOwed."""
    passage = get_locked(work, within, passage_id)
    if not passage.reason_owed:
        raise ReasonNotOwed
    said = {"hand_reason": reason.value, "hand_words": rules.own_words(words)}
    store.change(work.session, within, passage.id, reason_owed=False, **said)
    work.record("passage.reason_given", Subject("passage", passage.id), hand_reason=reason.value)
    work.publish(FEED, passage.site_id, passage.id)
