"""The directory of communities that a resident picks their home from: names only, nothing about who lives there.

Without a scope, since it is read before there is one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend.features.sites.model import SiteKind
from backend.features.sites.tables import BuildingRow, RoomRow, SiteRow, UnitRow
from backend.kernel.paging import Cursor, Page, PageRequest, page_of

_NO_INSTANT = datetime.fromtimestamp(0, UTC)
"""A cursor's instant means nothing here: places are ordered by name."""


@dataclass(frozen=True)
class Place:
    id: UUID
    name: str


def list_communities(session: Session, name_contains: str | None, request: PageRequest) -> Page[Place]:
    named = SiteRow.name.contains(name_contains or "", autoescape=True)
    return _page(session, SiteRow.id, SiteRow.name, [SiteRow.kind == SiteKind.COMMUNITY.value, named], request)


def list_buildings(session: Session, site_id: UUID, request: PageRequest) -> Page[Place]:
    return _page(session, BuildingRow.id, BuildingRow.name, [BuildingRow.site_id == site_id], request)


def list_units(session: Session, building_id: UUID, request: PageRequest) -> Page[Place]:
    return _page(session, UnitRow.id, UnitRow.name, [UnitRow.building_id == building_id], request)


def list_rooms(session: Session, unit_id: UUID, request: PageRequest) -> Page[Place]:
    return _page(session, RoomRow.id, RoomRow.number, [RoomRow.unit_id == unit_id], request)


def _page(
    session: Session,
    key: InstrumentedAttribute[UUID],
    name: InstrumentedAttribute[str],
    conditions: Sequence[ColumnElement[bool]],
    request: PageRequest,
) -> Page[Place]:
    """Shorter names first, then by letter: 2幢 before 10幢."""
    order = tuple_(func.char_length(name), name, key)
    query = select(key, name).where(*conditions)
    if request.after is not None:
        last_seen = select(func.char_length(name), name, key).where(key == request.after.id)
        query = query.where(order > last_seen.correlate(None).scalar_subquery())
    rows = session.execute(query.order_by(*order).limit(request.limit + 1))
    places = [Place(place_id, text) for place_id, text in rows]
    return page_of(places, request, lambda place: Cursor(_NO_INSTANT, place.id))
