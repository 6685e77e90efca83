"""The places of the sites within reach, by name, for forms and lists."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.features.sites.tables import BuildingRow, UnitRow
from backend.kernel.identity import Scope


def buildings_of(session: Session, within: Scope) -> dict[UUID, str]:
    """Every building's name, 2幢 before 10幢."""
    rows = session.execute(
        select(BuildingRow.id, BuildingRow.name)
        .where(BuildingRow.site_id.in_(within.sites))
        .order_by(BuildingRow.site_id, func.char_length(BuildingRow.name), BuildingRow.name)
    )
    return dict(rows.tuples().all())


def units_of(session: Session, within: Scope) -> dict[UUID, str]:
    """Every unit's name with its building's: 3幢2单元."""
    rows = session.execute(
        select(UnitRow.id, BuildingRow.name + UnitRow.name)
        .join(BuildingRow, BuildingRow.id == UnitRow.building_id)
        .where(UnitRow.site_id.in_(within.sites))
        .order_by(UnitRow.site_id, func.char_length(BuildingRow.name), BuildingRow.name, UnitRow.name)
    )
    return dict(rows.tuples().all())
