"""From pictures to cars: what was read in one picture, which passage it belongs to, and what follows from it.

Pictures of one lane are judged one after the other, in whichever order and by whichever worker they were read.
"""

from dataclasses import asdict, replace
from datetime import datetime, timedelta

from backend.features.devices import service as devices
from backend.features.devices.model import Direction
from backend.features.passages import rules, store
from backend.features.passages.model import (
    AskGuard,
    AskReason,
    Capture,
    Passage,
    PassageState,
    PlateObservation,
    VehicleSeen,
)
from backend.features.passages.service import (
    BY_HAND,
    FEED,
    UNDECIDED,
    carry_out,
    existing,
    get_locked,
    judge,
    plate_noted,
)
from backend.features.passages.stored import vehicle_json
from backend.infrastructure.unit_of_work import Work
from backend.kernel.identity import Scope
from recognition.weights import plate_thresholds

UNREADABLE = PlateObservation(None, certain=False, confidence_0_1=0.0, engine="none")
_OTHER_WAY = {Direction.ENTRY: Direction.EXIT, Direction.EXIT: Direction.ENTRY}


def apply_reading(work: Work, within: Scope, capture: Capture, observation: PlateObservation) -> None:
    """The machine's part: one car's pictures become one passage, which is admitted or asked about once.

    Where a guard has decided already, the plate is noted and nothing is opened a second time.
    """
    store.lock_lane(work.session, capture.device_id)
    own = existing(store.find_of_capture(work.session, within, capture.id))
    if not store.add_reading(work.session, capture, own.id, observation, work.now):
        return
    passage = _of_same_car(work, within, capture, own, observation)
    if passage is None:
        passage = own
    else:
        store.move_reading(work.session, within, capture.id, passage.id)
        passage = _join(work, within, passage, own)
    _weigh(work, within, passage, replace(observation, media_id=capture.media_id))
    work.publish(FEED, passage.site_id, passage.id)


def note_unusable(work: Work, within: Scope, capture: Capture) -> None:
    """The photo cannot be decoded: the guard is asked, with that as the reason, unless another shows the car."""
    store.lock_lane(work.session, capture.device_id)
    own = existing(store.find_of_capture(work.session, within, capture.id))
    passage = _of_same_car(work, within, capture, own, UNREADABLE)
    if passage is not None:
        _join(work, within, passage, own)
    elif own.state is PassageState.READING:
        carry_out(work, within, own, AskGuard(AskReason.PICTURE_UNUSABLE))
    work.publish(FEED, own.site_id, own.id if passage is None else passage.id)


def _of_same_car(work: Work, within: Scope, capture: Capture, own: Passage, seen: PlateObservation) -> Passage | None:
    """The passage that this picture's car has already, the nearest in time first."""
    if own.state is not PassageState.READING:
        return None
    at = capture.occurred_at
    window = timedelta(seconds=devices.get_device(work.session, within, capture.device_id).one_car_seconds)
    others = store.lane_passages(work.session, within, capture.device_id, at, window, rules.PARKED, seen.text)
    near = sorted((other for other in others if other.id != own.id), key=lambda other: _apart(other, at))
    return next((other for other in near if _shows(work, within, other, seen, at, window)), None)


def _apart(passage: Passage, at: datetime) -> timedelta:
    """Between this instant and the passage's nearest picture."""
    return max(passage.occurred_at - at, at - passage.seen_until, timedelta(0))


def _shows(
    work: Work, within: Scope, passage: Passage, seen: PlateObservation, at: datetime, window: timedelta
) -> bool:
    sure = passage.engine == BY_HAND or store.has_sure_reading(work.session, within, passage.id)
    if not rules.is_same_car(passage.plate, sure, seen, _apart(passage, at), window, rules.parked_for(passage.state)):
        return False
    return passage.plate is None or not store.was_let_through(
        work.session, within, passage.plate, _OTHER_WAY[passage.direction], passage.seen_until, at
    )


def _join(work: Work, within: Scope, passage: Passage, own: Passage) -> Passage:
    """Makes `own` one more picture of `passage`, and returns that as it is now."""
    joined = {"state": PassageState.JOINED.value, "joined_to": passage.id, "decided_at": work.now}
    store.change(work.session, within, own.id, **joined)
    store.change(
        work.session,
        within,
        passage.id,
        occurred_at=min(passage.occurred_at, own.occurred_at),
        seen_until=max(passage.seen_until, own.seen_until),
        captures=passage.captures + own.captures,
        vehicle=vehicle_json(_completed(passage.vehicle, own.vehicle)),
    )
    return get_locked(work, within, passage.id)


def _completed(first: VehicleSeen, second: VehicleSeen) -> VehicleSeen:
    """What the camera said first, and what it added with a later picture."""
    return replace(second, **{name: value for name, value in asdict(first).items() if value is not None})


def _weigh(work: Work, within: Scope, passage: Passage, newest: PlateObservation) -> None:
    """Decides an undecided passage by all its pictures; what was decided or said by a person stands."""
    undecided = passage.state in UNDECIDED
    if passage.engine == BY_HAND or (passage.plate is not None and not undecided):
        return
    only = passage.captures == 1
    readings = [newest] if only else store.newest_readings(work.session, within, passage.id, rules.VOTERS)
    voted = rules.vote(readings, plate_thresholds().accept_at)
    if undecided:
        carry_out(work, within, passage, judge(work, within, passage, voted), **plate_noted(voted))
    else:
        store.change(work.session, within, passage.id, **plate_noted(voted))
