"""Somebody rings at a door or a gate: the household is told, looks, and opens or declines. First word wins."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.credentials import doors
from backend.features.devices import service as devices
from backend.features.devices.model import Device
from backend.features.intercom import rules, store
from backend.features.intercom.errors import PictureTermOver, StationBusy
from backend.features.intercom.jobs import EndCall, RingPhone
from backend.features.intercom.model import (
    Call,
    CallId,
    CallState,
    Dialled,
    Happening,
    HistoryLine,
    Ring,
    RingId,
    RingState,
    Way,
)
from backend.features.media import service as media
from backend.features.media.model import Media
from backend.features.people import service as people
from backend.features.people.model import Household
from backend.features.residents import contacts
from backend.features.sites import places
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import HouseholdId, MediaId, PersonId, ResidentId, uuid7
from backend.kernel.paging import Page, PageRequest

FEED = "intercom"
RINGS_FOR = rules.RINGS_FOR
state_now = rules.state_now


def call(work: Work, within: Scope, device: Device, dialled: Dialled) -> Call:
    """Rings at the home that the number means; a second press while it rings is the same call.

    A room that does not exist, or a number that several have, is answered calmly and kept. Raises StationBusy,
    DeviceIsNoDoor; NotFound for a picture that is not this station's.
    """
    store.lock_station(work.session, device.id)
    if store.calls_since(work.session, device.id, work.now - rules.WINDOW) >= rules.CALLS_IN_A_WINDOW:
        raise StationBusy
    media.attach(work, device.id, dialled.media_ids)
    home = _home(work, within, device, dialled.room)
    ringing = None if home is None else store.find_ringing(work.session, device.id, home.id, work.now)
    return ringing or _begin(work, within, device, home, dialled)


def _home(work: Work, within: Scope, device: Device, typed: str) -> Household | None:
    """Of this door's unit or building; at a gate, of the whole site."""
    parts = rules.typed_parts(typed)
    if not parts:
        return None
    place = doors.place_of(work, within, device)
    rooms = places.rooms_numbered(work.session, within, parts[-1], place.unit_id, place.building_id)
    room_id = rules.room_meant(parts, rooms)
    return None if room_id is None else people.find_household_of_room(work.session, within, room_id)


def _begin(work: Work, within: Scope, device: Device, home: Household | None, dialled: Dialled) -> Call:
    ends_at = work.now + rules.RINGS_FOR
    begun = Call(
        CallId(uuid7()),
        device.tenant_id,
        device.site_id,
        device.id,
        None if home is None else home.id,
        MediaId(dialled.media_ids[0]) if dialled.media_ids else None,
        CallState.UNKNOWN_ROOM if home is None else CallState.RINGING,
        work.now,
        ends_at if home is not None else work.now,
        ends_at,
    )
    store.add_call(work.session, begun)
    note(work, begun, Happening.CALLED)
    if home is not None:
        _ring(work, within, begun, home.id)
        work.later(EndCall(begun.id), site_id=begun.site_id, not_before=ends_at)
    return begun


def _ring(work: Work, within: Scope, begun: Call, household_id: HouseholdId) -> None:
    """Everybody with the mini-program at once; without one, the telephone and the guard."""
    today = local_day(work.now)
    bound = contacts.residents_of(work.session, within, household_id, today)
    for resident_id in bound:
        _promise(work, begun, Way.WECHAT, resident_id, None)
    if not bound:
        ring_telephones(work, within, begun)
        ask_guard(work, within, begun)


def ring_telephones(work: Work, within: Scope, begun: Call) -> bool:
    """Calls the numbers on file; False where there are none."""
    if begun.household_id is None:
        return False
    members = people.members_of(work.session, within, begun.household_id, local_day(work.now))
    reachable = [person for person in members if person.phone is not None][: rules.MOST_PHONES]
    for person in reachable:
        _promise(work, begun, Way.PHONE, None, person.id)
    return bool(reachable)


def _promise(work: Work, begun: Call, way: Way, resident_id: ResidentId | None, person_id: PersonId | None) -> None:
    ring = Ring(RingId(uuid7()), begun.id, begun.site_id, way, resident_id, person_id, RingState.PROMISED)
    store.add_ring(work.session, ring, work.now)
    work.later(RingPhone(ring.id), site_id=begun.site_id)


def ask_guard(work: Work, within: Scope, begun: Call) -> None:
    """Nobody of the household can open from a phone: the guard sees the call from now on."""
    store.change(work.session, within, begun.id, guard_from=work.now)
    work.publish(FEED, begun.site_id, begun.id)


def answer(work: Work, within: Scope, call_id: UUID) -> Call:
    """The acting resident looks after it. Raises NotFound, CallTaken, CallOver."""
    found = get_locked(work, within, call_id)
    if rules.takes_answer(found, work.actor.id, work.now):
        values = {"answered_by": work.actor.id, "ends_at": work.now + rules.ANSWERED_FOR}
        store.change(work.session, within, found.id, state=CallState.ANSWERED.value, **values)
        work.later(EndCall(found.id), site_id=found.site_id, not_before=work.now + rules.ANSWERED_FOR)
        note(work, found, Happening.ANSWERED)
        tell_station(work, found)
    return get(work.session, within, found.id)


def open_door(work: Work, within: Scope, call_id: UUID) -> Call:
    """Opens once, however often it is asked. Raises NotFound, CallTaken, CallOver."""
    found = get_locked(work, within, call_id)
    if rules.takes_decision(found, CallState.OPENED, work.actor.id, work.now):
        command = devices.open_door(work, within, found.device_id)
        _decide(work, within, found, CallState.OPENED, command_id=command.id)
        note(work, found, Happening.OPENED)
    return get(work.session, within, found.id)


def decline(work: Work, within: Scope, call_id: UUID) -> Call:
    """Raises NotFound, CallTaken, CallOver."""
    found = get_locked(work, within, call_id)
    if rules.takes_decision(found, CallState.DECLINED, work.actor.id, work.now):
        _decide(work, within, found, CallState.DECLINED)
        note(work, found, Happening.DECLINED)
        tell_station(work, found)
    return get(work.session, within, found.id)


def _decide(work: Work, within: Scope, found: Call, state: CallState, command_id: UUID | None = None) -> None:
    values = {"decided_by": work.actor.id, "decided_at": work.now, "command_id": command_id}
    store.change(work.session, within, found.id, state=state.value, **values)
    work.publish(FEED, found.site_id, found.id)


def tell_station(work: Work, found: Call) -> None:
    """The station that waits for news of its call looks again at once."""
    devices.wake(work, found.device_id)


_BY_GUARD = frozenset({Happening.OPENED_BY_GUARD, Happening.CLOSED_BY_GUARD})
_BY_RESIDENT = frozenset({Happening.ANSWERED, Happening.OPENED, Happening.DECLINED})


def note(work: Work, found: Call, what: Happening) -> None:
    """One line of the call's history, and the same in the audit log."""
    by = work.actor.id
    line = HistoryLine(what, work.now, by if what in _BY_RESIDENT else None, by if what in _BY_GUARD else None)  # type: ignore[arg-type]
    store.add_line(work.session, found, line)
    work.record(f"intercom.{what.value}", Subject("intercom_call", found.id), tenant_id=found.tenant_id)


def end(work: Work, within: Scope, call_id: UUID) -> None:
    """Writes down what the clock has decided; nothing for a call that somebody has dealt with, or that goes on."""
    found = get_locked(work, within, call_id)
    if found.state is CallState.MISSED or rules.state_now(found, work.now) is not CallState.MISSED:
        return
    store.change(work.session, within, found.id, state=CallState.MISSED.value)
    note(work, found, Happening.MISSED)
    tell_station(work, found)
    work.publish(FEED, found.site_id, found.id)


def get(session: Session, within: Scope, call_id: UUID) -> Call:
    found = store.find(session, within, call_id)
    if found is None:
        raise NotFound
    return found


def get_locked(work: Work, within: Scope, call_id: UUID) -> Call:
    found = store.find_locked(work.session, within, call_id)
    if found is None:
        raise NotFound
    return found


def list_calls(work: Work, within: Scope, request: PageRequest, *, ringing: bool) -> Page[Call]:
    """Of the households in reach, newest first."""
    return store.page_of_calls(work.session, within, request, work.now if ringing else None)


def histories(session: Session, within: Scope, calls: Iterable[UUID]) -> dict[UUID, list[HistoryLine]]:
    return store.histories(session, within, calls)


def picture_of(work: Work, within: Scope, call_id: UUID) -> tuple[Call, Media]:
    """The picture that the station took. Raises NotFound, PictureTermOver a day after the call."""
    found = get(work.session, within, call_id)
    if found.media_id is None:
        raise NotFound
    if not has_picture(found, work.now):
        raise PictureTermOver
    return found, media.get(work.session, within, found.media_id)


def has_picture(found: Call, now: datetime) -> bool:
    """One that is shown: for a day."""
    return found.media_id is not None and now - found.started_at <= rules.PICTURE_SHOWN_FOR


def rings_of(session: Session, within: Scope, call_id: UUID) -> Sequence[Ring]:
    return store.rings_of(session, within, call_id)
