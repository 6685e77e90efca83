"""Rooms by how people say them, read once and added together: for an import. Nothing is flushed here."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from backend.features.sites import rules, store
from backend.features.sites.model import Site
from backend.features.sites.tables import BuildingRow, RoomRow, UnitRow
from backend.infrastructure.unit_of_work import Work
from backend.kernel.ids import RoomId, uuid7


class RoomName(NamedTuple):
    building: str
    unit: str
    number: str

    def __str__(self) -> str:
        return f"{self.building}{self.unit}{self.number}"


class RoomIntake:
    def __init__(self, work: Work, site: Site) -> None:
        self._work = work
        self._site = site
        self._buildings = store.buildings_by_name(work.session, site.id)
        self._units = store.units_by_name(work.session, site.id)
        self._rooms = store.rooms_by_name(work.session, site.id)
        self._names = {room_id: RoomName(*name) for name, room_id in self._rooms.items()}
        self.added: set[UUID] = set()

    def known(self, names: Iterable[RoomName]) -> list[UUID]:
        return [self._rooms[name] for name in names if name in self._rooms]

    def name_of(self, room_id: UUID) -> RoomName:
        return self._names[room_id]

    def room(self, name: RoomName) -> RoomId:
        """The room, with its unit and building, added where it is new."""
        room_id = self._rooms.get(name)
        if room_id is None:
            room = RoomRow(
                id=uuid7(),
                site_id=self._site.id,
                unit_id=self._unit(name),
                number=name.number,
                sort_key=rules.room_key(*name),
            )
            self._work.session.add(room)
            room_id = self._rooms[name] = room.id
            self._names[room_id] = name
            self.added.add(room_id)
        return RoomId(room_id)

    def _unit(self, name: RoomName) -> UUID:
        unit_id = self._units.get((name.building, name.unit))
        if unit_id is None:
            unit = UnitRow(id=uuid7(), site_id=self._site.id, building_id=self._building(name.building), name=name.unit)
            self._work.session.add(unit)
            unit_id = self._units[name.building, name.unit] = unit.id
        return unit_id

    def _building(self, name: str) -> UUID:
        building_id = self._buildings.get(name)
        if building_id is None:
            building = BuildingRow(id=uuid7(), site_id=self._site.id, name=name)
            self._work.session.add(building)
            building_id = self._buildings[name] = building.id
        return building_id
