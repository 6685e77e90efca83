"""How a household's room is written on a page, as an expression for joins: 3幢2单元501."""

import re
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, func, or_

from backend.features.people.tables import HouseholdRow
from backend.features.sites.tables import BuildingRow, RoomRow, UnitRow

_DASHES = re.compile(r"[^0-9A-Z]+")
ROOM_LABEL = BuildingRow.name + UnitRow.name + RoomRow.number


def join_room(query: Select[Any], household_id: SQLColumnExpression[Any]) -> Select[Any]:
    """Adds the room of a household; `ROOM_LABEL` is None where there is no household."""
    return (
        query.outerjoin(HouseholdRow, HouseholdRow.id == household_id)
        .outerjoin(RoomRow, RoomRow.id == HouseholdRow.room_id)
        .outerjoin(UnitRow, UnitRow.id == RoomRow.unit_id)
        .outerjoin(BuildingRow, BuildingRow.id == UnitRow.building_id)
    )


def room_order() -> list[SQLColumnExpression[Any]]:
    """Site by site, 2幢 before 10幢, 201 before 1001: the order of the rooms' index. For what has a room."""
    return [RoomRow.site_id, RoomRow.sort_key]


def names_room(typed: str) -> ColumnElement[bool]:
    """Rooms as people type them: 3幢2单元501, 3-2-501, 2-501, 501. At least one of the parts has to be a number."""
    wanted = _DASHES.sub("-", typed.strip().upper()).strip("-")
    spoken = func.regexp_replace(func.upper(ROOM_LABEL), "[^0-9A-Z]+", "-", "g")
    said = or_(spoken == wanted, spoken.endswith(f"-{wanted}", autoescape=True))
    # The number first: it leaves few rooms for the costly comparison.
    return or_(and_(RoomRow.number == wanted.rpartition("-")[2], said), RoomRow.number == typed.strip())
