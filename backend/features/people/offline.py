"""What gates need of the registers to decide alone, and what the registers said at an earlier instant."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.people import store
from backend.features.people.model import Vehicle
from backend.infrastructure.changes import history_of
from backend.kernel.identity import Scope
from backend.kernel.identity_numbers import born_on
from backend.kernel.plates import normalise_plate

OF_AGE = 18


def minors_among(session: Session, within: Scope, person_ids: Iterable[UUID], day: date) -> set[UUID]:
    """Those of whom an identity card on file says that they are not yet of age on this day."""
    numbers = store.resident_numbers(session, within, person_ids)
    return {person_id for person_id, number in numbers.items() if _age(born_on(number), day) < OF_AGE}


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def vehicle_at(session: Session, within: Scope, plate: str, at: datetime) -> tuple[Vehicle | None, bool]:
    """The vehicle that bears or bore the plate, and whether it was registered at that instant."""
    wanted = normalise_plate(plate)
    active = store.find_vehicle_by_plate(session, within, wanted)
    if active is not None:
        return active, True
    retired = store.find_retired_vehicle(session, within, wanted)
    return retired, retired is not None and at < _retired_at(session, within, retired)


def _retired_at(session: Session, within: Scope, vehicle: Vehicle) -> datetime:
    """The register's own history tells it; without one it counts as retired all along."""
    changes = history_of(session, within, [vehicle.id])
    ended = [change.at for change in changes if "active" in change.fields and change.fields["active"].after is False]
    return max(ended, default=datetime.min.replace(tzinfo=UTC))
