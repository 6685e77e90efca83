from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.occupancy.model import Departure, Tick
from backend.features.occupancy.tables import DepartureRow, EvacuationTickRow
from backend.infrastructure.inserting import insert_if_absent
from backend.kernel.ids import SiteId


def add_departure(session: Session, site_id: SiteId, word: Departure, marked_by: UUID | None) -> bool:
    """False where somebody said so before."""
    row = {"passage_id": word.passage_id, "site_id": site_id, "at": word.at, "marked_by": marked_by}
    return insert_if_absent(session, DepartureRow, row, "passage_id")


def add_tick(session: Session, site_id: SiteId, tick: Tick, marked_by: UUID | None, now: datetime) -> bool:
    """False for one that was sent before."""
    row = {
        "id": tick.id,
        "site_id": site_id,
        "passage_id": tick.passage_id,
        "safe": tick.safe,
        "at": min(tick.at, now),
        "marked_by": marked_by,
        "received_at": now,
    }
    return insert_if_absent(session, EvacuationTickRow, row, "id")
