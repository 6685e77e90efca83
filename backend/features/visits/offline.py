"""What gates need to decide alone, and what comes of it afterwards."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.visits import rules, store
from backend.features.visits.model import Stretch, Visit
from backend.infrastructure.unit_of_work import Work
from backend.kernel.identity import Scope


def list_standing(session: Session, within: Scope, after: datetime, until: datetime) -> list[Visit]:
    """Visits whose window touches the time between two instants, called off or not."""
    return store.list_standing(session, within, after, until)


def standing_digest(session: Session, within: Scope, after: datetime) -> str:
    """Changes whenever a visit whose window is not over is added or changed."""
    return store.standing_digest(session, within, after)


def stretches_between(visit: Visit, start: datetime, end: datetime) -> Iterator[tuple[Stretch, int]]:
    """The times between two instants in which the visit admits, and how many entries each has left."""
    stretch = rules.next_stretch(visit, start)
    while stretch is not None and stretch.opens_at < end:
        yield stretch, rules.entries_left(visit, stretch.day)
        stretch = rules.next_stretch(visit, stretch.end)


def uncounted(visit: Visit) -> Visit:
    """As if nobody had come in yet: for judging an entry by everything but the uses."""
    return replace(visit, entries=0, entries_on=None)


def note_entry(work: Work, within: Scope, visit_id: UUID, at: datetime) -> bool:
    """Counts an entry that a gate has let in already; False when all that there were had been used before."""
    visit = store.find(work.session, within, visit_id)
    day = None if visit is None or visit.series is None else rules.entry_day(visit, at)
    return store.note_entry(work.session, within, visit_id, day)
