"""The places of the sites within reach, by name, for forms and lists."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.features.people.tables import HouseholdMemberRow, HouseholdRow
from backend.features.sites.tables import BuildingRow, RoomRow, UnitRow
from backend.kernel.identity import Scope


def buildings_of(session: Session, within: Scope) -> dict[UUID, str]:
    """Every building's name, 2幢 before 10幢."""
    rows = session.execute(
        select(BuildingRow.id, BuildingRow.name)
        .where(BuildingRow.site_id.in_(within.sites))
        .order_by(BuildingRow.site_id, func.char_length(BuildingRow.name), BuildingRow.name)
    )
    return dict(rows.tuples().all())


def people_in_building(session: Session, within: Scope, building_id: UUID) -> int:
    """How many live there today."""
    living = (
        select(func.count())
        .select_from(HouseholdMemberRow)
        .join(HouseholdRow, HouseholdRow.id == HouseholdMemberRow.household_id)
        .join(RoomRow, RoomRow.id == HouseholdRow.room_id)
        .join(UnitRow, UnitRow.id == RoomRow.unit_id)
        .where(
            UnitRow.building_id == building_id,
            RoomRow.site_id.in_(within.sites),
            HouseholdMemberRow.until_on.is_(None),
        )
    )
    return session.scalars(living).one()


def units_of(session: Session, within: Scope) -> dict[UUID, str]:
    """Every unit's name with its building's: 3幢2单元."""
    rows = session.execute(
        select(UnitRow.id, BuildingRow.name + UnitRow.name)
        .join(BuildingRow, BuildingRow.id == UnitRow.building_id)
        .where(UnitRow.site_id.in_(within.sites))
        .order_by(UnitRow.site_id, func.char_length(BuildingRow.name), BuildingRow.name, UnitRow.name)
    )
    return dict(rows.tuples().all())
