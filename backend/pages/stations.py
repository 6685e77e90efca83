"""What people call the place where a device stands: its door, else its gate, else its own name."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.features.devices.tables import DeviceRow
from backend.features.sites.tables import DoorRow, GateRow
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope


def station_names(session: Session, within: Scope, devices: Iterable[UUID]) -> dict[UUID, str]:
    """In one query; devices out of reach are missing."""
    query = (
        select(DeviceRow.id, func.coalesce(DoorRow.name, GateRow.name, DeviceRow.name))
        .outerjoin(DoorRow, DoorRow.id == DeviceRow.door_id)
        .outerjoin(GateRow, GateRow.id == DeviceRow.gate_id)
        .where(DeviceRow.id.in_(list(devices)), DeviceRow.site_id.in_(within.sites))
    )
    return dict(session.execute(query).tuples().all())


def station_name(session: Session, within: Scope, device_id: UUID) -> str:
    """Raises NotFound."""
    found = station_names(session, within, [device_id]).get(device_id)
    if found is None:
        raise NotFound
    return found
