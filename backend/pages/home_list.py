"""Rooms with how many live there, and vehicles with where they belong."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from backend.features.people.tables import HouseholdMemberRow, HouseholdRow, VehicleRow
from backend.features.sites.tables import BuildingRow, RoomRow, SiteRow, UnitRow
from backend.kernel.identity import Scope
from backend.kernel.paging import Page, PageRequest
from backend.kernel.plates import normalise_plate
from backend.pages.keyset import page_in_order
from backend.pages.rooms import ROOM_LABEL, join_room, names_room, room_order

BATCH = 500


@dataclass(frozen=True)
class HomeFilter:
    site_id: UUID | None = None
    building_id: UUID | None = None
    room: str = ""
    plate: str = field(default="", repr=False)


@dataclass(frozen=True)
class RoomCard:
    id: UUID
    site_id: UUID
    site_name: str
    room: str
    residents: int
    vehicles: int


@dataclass(frozen=True)
class VehicleCard:
    id: UUID
    plate: str = field(repr=False)
    room_id: UUID | None
    site_name: str
    room: str
    active: bool


def _rooms(within: Scope, wanted: HomeFilter) -> Select[Any]:
    query = (
        select(RoomRow.id, RoomRow.site_id, SiteRow.name, ROOM_LABEL, _living_there(), _parking_there())
        .join(UnitRow, UnitRow.id == RoomRow.unit_id)
        .join(BuildingRow, BuildingRow.id == UnitRow.building_id)
        .join(SiteRow, SiteRow.id == RoomRow.site_id)
        .where(RoomRow.site_id.in_(within.sites))
    )
    if wanted.site_id is not None:
        query = query.where(RoomRow.site_id == wanted.site_id)
    if wanted.building_id is not None:
        query = query.where(BuildingRow.id == wanted.building_id)
    return query.where(names_room(wanted.room)) if wanted.room else query


def _living_there() -> ColumnElement[int]:
    members = (
        select(func.count())
        .select_from(HouseholdMemberRow)
        .join(HouseholdRow, HouseholdRow.id == HouseholdMemberRow.household_id)
        .where(HouseholdRow.room_id == RoomRow.id, HouseholdMemberRow.until_on.is_(None))
    )
    return members.correlate(RoomRow).scalar_subquery()


def _parking_there() -> ColumnElement[int]:
    vehicles = (
        select(func.count())
        .select_from(VehicleRow)
        .join(HouseholdRow, HouseholdRow.id == VehicleRow.household_id)
        .where(HouseholdRow.room_id == RoomRow.id, VehicleRow.active)
    )
    return vehicles.correlate(RoomRow).scalar_subquery()


def list_rooms(session: Session, within: Scope, wanted: HomeFilter, request: PageRequest) -> Page[RoomCard]:
    order = [*room_order(), RoomRow.id]
    return page_in_order(session, _rooms(within, wanted), order, request, RoomCard, lambda card: card.id)


def every_room(session: Session, within: Scope, wanted: HomeFilter) -> Iterator[RoomCard]:
    query = _rooms(within, wanted).order_by(*room_order(), RoomRow.id)
    for row in session.execute(query.execution_options(yield_per=BATCH)):
        yield RoomCard(*row)


def find_room(session: Session, within: Scope, room_id: UUID) -> RoomCard | None:
    row = session.execute(_rooms(within, HomeFilter()).where(RoomRow.id == room_id)).one_or_none()
    return None if row is None else RoomCard(*row)


def search_rooms(session: Session, within: Scope, typed: str, limit: int) -> list[RoomCard]:
    query = _rooms(within, HomeFilter(room=typed)).order_by(*room_order(), RoomRow.id)
    return [RoomCard(*row) for row in session.execute(query.limit(limit))]


def _vehicles(within: Scope, wanted: HomeFilter) -> Select[Any]:
    query = (
        select(
            VehicleRow.id,
            VehicleRow.plate,
            HouseholdRow.room_id,
            SiteRow.name,
            func.coalesce(ROOM_LABEL, ""),
            VehicleRow.active,
        )
        .join(SiteRow, SiteRow.id == VehicleRow.site_id)
        .where(VehicleRow.site_id.in_(within.sites))
    )
    query = join_room(query, VehicleRow.household_id)
    if wanted.site_id is not None:
        query = query.where(VehicleRow.site_id == wanted.site_id)
    if wanted.building_id is not None:
        query = query.where(BuildingRow.id == wanted.building_id)
    if wanted.plate:
        query = query.where(VehicleRow.plate.contains(normalise_plate(wanted.plate), autoescape=True))
    return query.where(names_room(wanted.room)) if wanted.room else query


def list_vehicles(session: Session, within: Scope, wanted: HomeFilter, request: PageRequest) -> Page[VehicleCard]:
    query = _vehicles(within, wanted).where(VehicleRow.active)
    order = [*room_order(), VehicleRow.id]
    return page_in_order(session, query, order, request, VehicleCard, lambda card: card.id)


def every_vehicle(session: Session, within: Scope, wanted: HomeFilter) -> Iterator[VehicleCard]:
    query = _vehicles(within, wanted).where(VehicleRow.active).order_by(*room_order(), VehicleRow.id)
    for row in session.execute(query.execution_options(yield_per=BATCH)):
        yield VehicleCard(*row)


def find_vehicle(session: Session, within: Scope, vehicle_id: UUID) -> VehicleCard | None:
    """Also one that has been retired."""
    row = session.execute(_vehicles(within, HomeFilter()).where(VehicleRow.id == vehicle_id)).one_or_none()
    return None if row is None else VehicleCard(*row)


def search_vehicles(session: Session, within: Scope, plate: str, limit: int) -> list[VehicleCard]:
    query = _vehicles(within, HomeFilter(plate=plate)).where(VehicleRow.active).order_by(VehicleRow.plate)
    return [VehicleCard(*row) for row in session.execute(query.limit(limit))]


def vehicles_of_room(session: Session, within: Scope, room_id: UUID) -> list[VehicleCard]:
    query = _vehicles(within, HomeFilter()).where(VehicleRow.active, RoomRow.id == room_id)
    return [VehicleCard(*row) for row in session.execute(query.order_by(VehicleRow.plate))]
