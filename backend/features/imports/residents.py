"""Rooms, households, residents and vehicles out of one table: a row for each resident, or for an empty room."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.features.imports.cells import (
    DOCUMENT_KIND,
    DOCUMENT_NUMBER,
    NAME,
    PHONE,
    Cells,
)
from backend.features.imports.model import RowFault
from backend.features.imports.outcome import Tally
from backend.features.imports.reading import Line
from backend.features.people.errors import StayEndsTooEarly
from backend.features.people.intake import Outcome, PeopleIntake, ResidencyWish
from backend.features.people.model import PersonFields, Relation
from backend.features.sites.intake import RoomIntake, RoomName
from backend.features.sites.model import Site
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import Refusal
from backend.kernel.ids import PersonId, RoomId
from backend.kernel.plates import checked_plate

BUILDING, UNIT, ROOM = "楼栋", "单元", "房号"
RELATION, HOME, FROM, FLOATING, STAY, PLATES = "住户类型", "户籍地址", "入住日期", "流动人口", "居住到期日", "车牌号"
REQUIRED = (BUILDING, UNIT, ROOM, NAME)
OPTIONAL = (PHONE, RELATION, DOCUMENT_KIND, DOCUMENT_NUMBER, HOME, FROM, FLOATING, STAY, PLATES)
RELATIONS: Mapping[str, Relation] = {
    "业主": Relation.OWNER,
    "产权人": Relation.OWNER,
    "租户": Relation.TENANT,
    "租客": Relation.TENANT,
    "承租人": Relation.TENANT,
    "家人": Relation.FAMILY,
    "家属": Relation.FAMILY,
}
_BETWEEN_PLATES = re.compile(r"[、,;/\s]+")
_NUMBER = re.compile(r"\d+[A-Z]?")


@dataclass(frozen=True)
class ResidentLine:
    row: int
    room: RoomName
    person: PersonFields | None
    """None for an empty room."""
    residency: ResidencyWish
    plates: tuple[str, ...]


def parse(line: Line) -> tuple[ResidentLine | None, list[RowFault]]:
    cells = Cells(line)
    room = _room(cells)
    person = _person(cells) if any(line.cells.get(column) for column in (NAME, *OPTIONAL)) else None
    wish = ResidencyWish(cells.one_of(RELATION, RELATIONS), cells.day(FROM), cells.yes_or_no(FLOATING), cells.day(STAY))
    plates = _plates(cells)
    if cells.faults:
        return None, cells.faults
    return ResidentLine(line.row, room, person, wish, plates), []


def _room(cells: Cells) -> RoomName:
    """3, 3栋 and 3幢 are one building, 2 and 2单元 one unit."""
    building, unit = cells.required(BUILDING, 20).upper(), cells.required(UNIT, 20).upper()
    building = re.sub(r"(?<=[\dA-Z])[栋座号楼]+$", "幢", building)
    return RoomName(
        f"{building}幢" if _NUMBER.fullmatch(building) else building,
        f"{unit}单元" if _NUMBER.fullmatch(unit) else unit,
        cells.required(ROOM, 20).upper().removesuffix("室"),
    )


def _person(cells: Cells) -> PersonFields:
    return PersonFields(cells.name() or "", cells.phone(), cells.document(), cells.text(HOME, 120) or None)


def _plates(cells: Cells) -> tuple[str, ...]:
    plates = []
    for text in _BETWEEN_PLATES.split(cells.text(PLATES, 120)):
        try:
            plates += [checked_plate(text)] if text else []
        except Refusal as refusal:
            cells.fault(PLATES, refusal.code)
    return tuple(dict.fromkeys(plates))


class ResidentImport:
    """Compares each line with the register and with the lines before it, and puts it in."""

    def __init__(self, work: Work, crypto: Crypto, site: Site, lines: Sequence[ResidentLine]) -> None:
        self._rooms = RoomIntake(work, site)
        known = self._rooms.known({line.room for line in lines})
        persons = [line.person for line in lines if line.person is not None]
        self._people = PeopleIntake(work, crypto, site, known, persons)
        self._row_of_person: dict[PersonId, int] = {}
        self._row_of_home: dict[tuple[PersonId, RoomId], int] = {}
        self._row_of_plate: dict[str, int] = {}

    def put(self, line: ResidentLine, tally: Tally) -> list[RowFault]:
        room_id = self._rooms.room(line.room)
        is_new = room_id in self._rooms.added
        if is_new:
            self._rooms.added.discard(room_id)
            tally.also("rooms")
        faults = self._foreign_plates(line, room_id) or self._someone_elses_document(line)
        if faults:
            return faults
        outcomes = [Outcome.NEW if is_new and line.person is None else Outcome.UNCHANGED]
        if line.person is not None:
            fault, done = self._resident(line, line.person, room_id)
            if fault is not None:
                return [fault]
            outcomes += done
        outcomes += self._vehicles(line, room_id, tally)
        tally.row(outcomes)
        return []

    def _someone_elses_document(self, line: ResidentLine) -> list[RowFault]:
        person = line.person
        bearer = person and person.document and self._people.bearer_of(person.document)
        if not (person and bearer) or self._people.name_of(bearer) == person.name:
            return []
        return [self._told(line, DOCUMENT_NUMBER, "document_of_another", bearer)]

    def _told(self, line: ResidentLine, column: str, code: str, bearer: PersonId) -> RowFault:
        """Names where the other one stands: a row of the file, else a room of the register."""
        row = self._row_of_person.get(bearer)
        if row is not None:
            return RowFault(line.row, column, f"{code}_row", {"other_row": row})
        room_id = self._people.room_of(bearer)
        room = "" if room_id is None else str(self._rooms.name_of(room_id))
        return RowFault(line.row, column, f"{code}_register", {"room": room or "—"})

    def _resident(
        self, line: ResidentLine, person: PersonFields, room_id: RoomId
    ) -> tuple[RowFault | None, list[Outcome]]:
        known = (person.document and self._people.bearer_of(person.document)) or self._people.same_person(
            person, room_id
        )
        if known and (row := self._row_of_home.get((known, room_id))):
            return RowFault(line.row, NAME, "same_as_row", {"other_row": row}), []
        person_id = known or self._people.add_person(person)
        completed = self._people.complete_person(person_id, person) if known else Outcome.NEW
        self._row_of_person.setdefault(person_id, line.row)
        self._row_of_home[person_id, room_id] = line.row
        try:
            return None, [completed, self._people.settle(person_id, room_id, line.residency)]
        except StayEndsTooEarly as refusal:
            return RowFault(line.row, STAY, refusal.code), []

    def _foreign_plates(self, line: ResidentLine, room_id: RoomId) -> list[RowFault]:
        faults = []
        for plate in line.plates:
            elsewhere = self._people.room_of_plate(plate)
            if elsewhere is None or elsewhere == room_id:
                continue
            row = self._row_of_plate.get(plate)
            if row is not None:
                faults.append(RowFault(line.row, PLATES, "plate_of_row", {"other_row": row}))
            else:
                room = str(self._rooms.name_of(elsewhere))
                faults.append(RowFault(line.row, PLATES, "plate_of_room", {"room": room}))
        return faults

    def _vehicles(self, line: ResidentLine, room_id: RoomId, tally: Tally) -> list[Outcome]:
        added = [plate for plate in line.plates if self._people.room_of_plate(plate) is None]
        for plate in added:
            self._people.add_vehicle(plate, room_id)
            self._row_of_plate[plate] = line.row
            tally.also("vehicles")
        return [Outcome.CHANGED] if added else []
