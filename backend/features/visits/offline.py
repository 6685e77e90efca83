"""What gates need to decide alone, and what comes of it afterwards."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.visits import store
from backend.features.visits.model import Visit
from backend.infrastructure.unit_of_work import Work
from backend.kernel.identity import Scope


def list_standing(session: Session, within: Scope, after: datetime, until: datetime) -> list[Visit]:
    """Visits whose window touches the time between two instants, called off or not."""
    return store.list_standing(session, within, after, until)


def standing_digest(session: Session, within: Scope, after: datetime) -> str:
    """Changes whenever a visit whose window is not over is added or changed."""
    return store.standing_digest(session, within, after)


def note_entry(work: Work, within: Scope, visit_id: UUID) -> bool:
    """Counts an entry that a gate has let in already; False when every entry of the visit was used before."""
    return store.note_entry(work.session, within, visit_id)
