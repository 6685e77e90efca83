"""How a household's room is written on a page, as an expression for joins: 3幢2单元501."""

from typing import Any

from sqlalchemy import Select, SQLColumnExpression

from backend.features.people.tables import HouseholdRow
from backend.features.sites.tables import BuildingRow, RoomRow, UnitRow

ROOM_LABEL = BuildingRow.name + UnitRow.name + RoomRow.number


def join_room(query: Select[Any], household_id: SQLColumnExpression[Any]) -> Select[Any]:
    """Adds the room of a household; `ROOM_LABEL` is None where there is no household."""
    return (
        query.outerjoin(HouseholdRow, HouseholdRow.id == household_id)
        .outerjoin(RoomRow, RoomRow.id == HouseholdRow.room_id)
        .outerjoin(UnitRow, UnitRow.id == RoomRow.unit_id)
        .outerjoin(BuildingRow, BuildingRow.id == UnitRow.building_id)
    )
