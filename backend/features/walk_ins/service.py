"""Somebody stands at the gate unannounced: the host is asked, then the backup contact, then the guard decides.

Every step is written with the walk-in's row locked, so that of two answers at once the first counts; each waiting
question is a promised job, so that a lost worker loses none.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.devices import service as devices
from backend.features.devices.model import Device, Direction
from backend.features.notices import service as notices
from backend.features.notices.model import NoticeKind
from backend.features.passages import service as passages
from backend.features.passages.errors import AlreadyDecided, NotAGate
from backend.features.passages.model import Passage
from backend.features.people import service as people
from backend.features.people.model import Household
from backend.features.residents.contacts import residents_of
from backend.features.visit_policies import service as policies
from backend.features.walk_ins import rules, store
from backend.features.walk_ins.errors import WalkInAnswered
from backend.features.walk_ins.jobs import EscalateWalkIn
from backend.features.walk_ins.model import (
    OPEN_STATES,
    Answerer,
    Reach,
    Stranger,
    WalkIn,
    WalkInId,
    WalkInRefusal,
    WalkInState,
)
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import HouseholdId, ResidentId, uuid7
from backend.kernel.plates import checked_plate

FEED = "walk_in"
KEPT_FOR_RESIDENTS = timedelta(days=30)


def start(
    work: Work,
    within: Scope,
    lane_id: UUID,
    household_id: UUID,
    stranger: Stranger,
    passage_id: UUID | None = None,
) -> WalkIn:
    """Asks whoever is to be asked first. `passage_id` is the car that waits, where there is one.

    Raises NotFound, NotAGate, AlreadyDecided, WalkInAnswered where this car is being asked about already,
    ImplausiblePlate.
    """
    home = people.get_household(work.session, within, household_id)
    lane = _entry_lane(work, within, home, lane_id)
    waiting = None if passage_id is None else _waiting(work, within, lane, passage_id)
    plate = checked_plate(stranger.plate) if stranger.plate else (waiting.plate if waiting else None)
    state = rules.first_stage(_reach(work, within, home.id))
    walk_in_id = WalkInId(uuid7())
    values = {
        "id": walk_in_id,
        "tenant_id": lane.tenant_id,
        "site_id": home.site_id,
        "household_id": home.id,
        "device_id": lane.id,
        "passage_id": None if waiting is None else waiting.id,
        "name": stranger.name,
        "phone_tail": stranger.phone_tail,
        "plate": plate,
        "kind": stranger.kind.value,
        "state": state.value,
        "opened_by": work.actor.id,
        "created_at": work.now,
    }
    if not store.add(work.session, within, values):
        raise WalkInAnswered
    walk_in = get(work.session, within, walk_in_id)
    kind = stranger.kind.value
    work.record("walk_in.started", Subject("walk_in", walk_in.id), tenant_id=walk_in.tenant_id, kind=kind)
    _enter(work, within, walk_in, state)
    return get(work.session, within, walk_in.id)


def _entry_lane(work: Work, within: Scope, home: Household, lane_id: UUID) -> Device:
    lane = devices.get_device(work.session, within, lane_id)
    if lane.site_id != home.site_id:
        raise NotFound
    if lane.gate_id is None or lane.direction is not Direction.ENTRY:
        raise NotAGate
    return lane


def _waiting(work: Work, within: Scope, lane: Device, passage_id: UUID) -> Passage:
    passage = passages.get_locked(work, within, passage_id)
    if passage.site_id != lane.site_id:
        raise NotFound
    if passage.state not in passages.UNDECIDED:
        raise AlreadyDecided
    return passage


def _reach(work: Work, within: Scope, household_id: HouseholdId) -> Reach:
    hosts = residents_of(work.session, within, household_id, local_day(work.now))
    return Reach(bool(hosts), store.find_backup(work.session, within, household_id) is not None)


def _enter(work: Work, within: Scope, walk_in: WalkIn, state: WalkInState) -> None:
    """The next question is asked, and when it has waited long enough is promised; the guard's page hears of it."""
    values: dict[str, Any] = {"state": state.value, "answer_by": None}
    if state is not WalkInState.GUARD_DECIDES:
        seconds = policies.current(work.session, within, walk_in.site_id).answer_seconds
        values["answer_by"] = work.now + timedelta(seconds=seconds)
        values["asked_backup"] = state is WalkInState.ASKING_BACKUP
        job = EscalateWalkIn(walk_in.id, state.value)
        key = f"walk-in:{walk_in.id}:{state.value}"
        work.later(job, site_id=walk_in.site_id, dedup_key=key, not_before=values["answer_by"])
        _ask(work, within, walk_in, state)
    store.change(work.session, within, walk_in.id, **values)
    work.publish(FEED, walk_in.site_id, walk_in.id)


def _ask(work: Work, within: Scope, walk_in: WalkIn, state: WalkInState) -> None:
    site_id, tenant_id = walk_in.site_id, walk_in.tenant_id
    if state is WalkInState.ASKING_BACKUP:
        kind = NoticeKind.WALK_IN_BACKUP_ASKED
        notices.promise(work, kind, site_id, walk_in_id=walk_in.id, tenant_id=tenant_id)
        return
    for resident_id in residents_of(work.session, within, walk_in.household_id, local_day(work.now)):
        asked = {"walk_in_id": walk_in.id, "resident_id": resident_id}
        notices.promise(work, NoticeKind.WALK_IN_ASKED, site_id, tenant_id=tenant_id, **asked)


def escalate(work: Work, within: Scope, walk_in_id: UUID, stage: WalkInState) -> None:
    """Nobody has answered in this stage. Does nothing where somebody has, or where it was done before."""
    walk_in = get_locked(work, within, walk_in_id)
    if walk_in.state is not stage or stage not in OPEN_STATES:
        return
    state = rules.next_stage(stage, _reach(work, within, walk_in.household_id))
    work.record("walk_in.unanswered", Subject("walk_in", walk_in.id), tenant_id=walk_in.tenant_id, stage=stage.value)
    _enter(work, within, walk_in, state)


def get(session: Session, within: Scope, walk_in_id: UUID) -> WalkIn:
    return existing(store.find(session, within, walk_in_id))


def get_locked(work: Work, within: Scope, walk_in_id: UUID) -> WalkIn:
    return existing(store.find(work.session, within, walk_in_id, lock=True))


def existing(walk_in: WalkIn | None) -> WalkIn:
    """Raises NotFound."""
    if walk_in is None:
        raise NotFound
    return walk_in


def get_for_resident(session: Session, within: Scope, resident_id: ResidentId, walk_in_id: UUID) -> WalkIn:
    return existing(store.find_for_resident(session, within, resident_id, walk_in_id))


def list_for_resident(session: Session, within: Scope, resident_id: ResidentId, now: datetime) -> list[WalkIn]:
    """Questions to the resident's homes, and those for which they are the backup contact; the newest first."""
    return store.list_for_resident(session, within, resident_id, now - KEPT_FOR_RESIDENTS)


def answer(work: Work, within: Scope, resident_id: ResidentId, walk_in_id: UUID, *, approve: bool) -> WalkIn:
    """A host's word, or the backup contact's; the first counts, and the same one said again changes nothing.

    Raises NotFound, WalkInAnswered.
    """
    walk_in = existing(store.find_for_resident(work.session, within, resident_id, walk_in_id, lock=True))
    state = WalkInState.APPROVED if approve else WalkInState.REFUSED
    if not walk_in.is_open:
        if walk_in.answered_by == resident_id and (walk_in.refusal is None) == approve:
            return walk_in
        raise WalkInAnswered
    answerer = Answerer.HOST if walk_in.household_id in (within.households or ()) else Answerer.BACKUP
    refusals = {Answerer.HOST: WalkInRefusal.HOST_REFUSED, Answerer.BACKUP: WalkInRefusal.BACKUP_REFUSED}
    refusal = None if approve else refusals[answerer].value
    settle(work, walk_in, state, answerer=answerer.value, answered_by=resident_id, refusal=refusal)
    return existing(store.find_for_resident(work.session, within, resident_id, walk_in_id))


def settle(work: Work, walk_in: WalkIn, state: WalkInState, **values: Any) -> None:
    here = Scope.of_sites({walk_in.site_id})
    store.change(work.session, here, walk_in.id, state=state.value, answer_by=None, answered_at=work.now, **values)
    said = {name: str(values[name]) for name in ("answerer", "reason", "refusal") if values.get(name)}
    work.record(f"walk_in.{state.value}", Subject("walk_in", walk_in.id), tenant_id=walk_in.tenant_id, **said)
    work.publish(FEED, walk_in.site_id, walk_in.id)
