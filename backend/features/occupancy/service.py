"""What people say of who is inside: that somebody has left, that somebody is safe."""

from collections.abc import Sequence
from uuid import UUID

from backend.features.devices.model import Direction
from backend.features.occupancy import store
from backend.features.occupancy.errors import NotInside
from backend.features.occupancy.model import Departure, Tick
from backend.features.passages import service as passages
from backend.features.passages.model import PassageState
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import PassageId

FEED = passages.FEED


def mark_left(work: Work, within: Scope, passage_id: UUID) -> bool:
    """Whoever came in with this passage has left; False where that was known. Raises NotFound, NotInside."""
    passage = passages.get(work.session, within, passage_id)
    if passage.direction is not Direction.ENTRY or passage.state is not PassageState.OPENED:
        raise NotInside
    word = Departure(passage.id, work.now)
    if not store.add_departure(work.session, passage.site_id, word, work.actor.id):
        return False
    work.record("passage.left_by_hand", Subject("passage", passage.id), tenant_id=passage.tenant_id)
    work.publish(FEED, passage.site_id, passage.id)
    return True


def take_ticks(work: Work, within: Scope, ticks: Sequence[Tick]) -> list[UUID]:
    """Ids that need not be sent again: those taken now, those taken before, those of nobody within reach.

    A phone that was without a network sends what it has; one tick for a stranger must not hold up the others.
    """
    for tick in ticks:
        _take(work, within, tick)
    return [tick.id for tick in ticks]


def _take(work: Work, within: Scope, tick: Tick) -> None:
    try:
        passage = passages.get(work.session, within, tick.passage_id)
    except NotFound:
        return
    if store.add_tick(work.session, passage.site_id, tick, work.actor.id, work.now):
        action = "evacuation.safe" if tick.safe else "evacuation.not_safe"
        work.record(action, Subject("passage", PassageId(passage.id)), tenant_id=passage.tenant_id)
