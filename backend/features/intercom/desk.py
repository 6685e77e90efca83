"""The guard's part: a call that nobody of the household answered."""

from uuid import UUID

from backend.features.devices import service as devices
from backend.features.intercom import rules, store
from backend.features.intercom.model import Call, CallState, Happening, OpenReason
from backend.features.intercom.service import FEED, get_locked, note, tell_station
from backend.infrastructure.unit_of_work import Work
from backend.kernel.identity import Scope


def open_by_hand(work: Work, within: Scope, call_id: UUID, reason: OpenReason, words: str = "") -> None:
    """Raises NotFound, CallStillRinging, CallOver, WordsNeeded."""
    said = rules.check_words(reason, words)
    found = _for_guard(work, within, call_id)
    command = devices.open_door(work, within, found.device_id)
    values = {"command_id": command.id, "reason": reason.value, "words": said}
    _decide(work, within, found, CallState.OPENED, Happening.OPENED_BY_GUARD, **values)


def close(work: Work, within: Scope, call_id: UUID) -> None:
    """Spoken with, and not let in. Raises NotFound, CallStillRinging, CallOver."""
    found = _for_guard(work, within, call_id)
    _decide(work, within, found, CallState.CLOSED, Happening.CLOSED_BY_GUARD)
    tell_station(work, found)


def _for_guard(work: Work, within: Scope, call_id: UUID) -> Call:
    found = get_locked(work, within, call_id)
    rules.check_guard(found, work.now)
    return found


def _decide(work: Work, within: Scope, found: Call, state: CallState, what: Happening, **values: object) -> None:
    by = {"guard_id": work.actor.id, "decided_at": work.now}
    store.change(work.session, within, found.id, state=state.value, **by, **values)
    note(work, found, what)
    work.publish(FEED, found.site_id, found.id)
