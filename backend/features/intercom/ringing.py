"""What a worker reports of telling one person, and who is told next when that failed."""

from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.intercom import rules, store
from backend.features.intercom.model import Call, CallState, Happening, Ring, RingState, Way
from backend.features.intercom.service import FEED, ask_guard, get, get_locked, note, ring_telephones
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope

PATIENCE = rules.PATIENCE


def get_ring(session: Session, within: Scope, ring_id: UUID) -> tuple[Ring, Call]:
    """Raises NotFound."""
    ring = store.find_ring(session, within, ring_id)
    if ring is None:
        raise NotFound
    return ring, get(session, within, ring.call_id)


def still_wanted(ring: Ring, call: Call, work: Work) -> bool:
    """Nobody is told of a call that somebody has answered, or that is over."""
    return ring.state is RingState.PROMISED and rules.state_now(call, work.now) is CallState.RINGING


def note_told(work: Work, within: Scope, ring: Ring, provider_id: str) -> None:
    call = get_locked(work, within, ring.call_id)
    store.change_ring(work.session, within, ring.id, RingState.ACCEPTED, provider_id=provider_id, error=None)
    note(work, call, Happening.TOLD)
    if ring.way is Way.PHONE:
        work.publish(FEED, call.site_id, call.id)


def note_not_told(work: Work, within: Scope, ring: Ring, code: str) -> None:
    """The last message that failed makes the telephone ring; the last telephone brings the guard."""
    call = get_locked(work, within, ring.call_id)
    store.change_ring(work.session, within, ring.id, RingState.FAILED, error=code)
    note(work, call, Happening.NOT_TOLD)
    rings = store.rings_of(work.session, within, call.id)
    if rules.state_now(call, work.now) is not CallState.RINGING or not rules.all_failed(rings):
        return
    if rules.phones_are_next(rings):
        ring_telephones(work, within, call)
    ask_guard(work, within, call)
