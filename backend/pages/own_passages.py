"""A resident's own passage log: their household's cars while they lived there, their visitors, their own card."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, cast, func, or_, select, tuple_
from sqlalchemy.orm import Session

from backend.features.credentials.tables import CredentialRow, DoorEventRow
from backend.features.devices.model import Direction
from backend.features.devices.tables import DeviceRow
from backend.features.passages.model import PassageState
from backend.features.passages.tables import PassageRow
from backend.features.people.tables import HouseholdMemberRow, VehicleRow
from backend.features.sites.tables import DoorRow, GateRow
from backend.features.visits.tables import VisitRow
from backend.kernel.ids import PersonId
from backend.kernel.paging import Cursor, Page, PageRequest, page_of

LOCAL = "Asia/Shanghai"


class OwnKind(Enum):
    VEHICLE = "vehicle"
    VISITOR = "visitor"
    CARD = "card"


@dataclass(frozen=True)
class Owner:
    """Whose log it is: as whom the registers know them, and their account."""

    persons: Collection[PersonId]
    resident_id: UUID | None


@dataclass(frozen=True)
class OwnPassage:
    id: UUID
    kind: OwnKind
    at: datetime
    direction: Direction | None
    """None at a door."""
    place: str
    admitted: bool
    who: str = field(repr=False)
    """The plate, the visitor's name, or the card's last four characters."""
    media_id: UUID | None
    """Of the picture of an own car; None for everything else."""


def list_own(session: Session, owner: Owner, request: PageRequest) -> Page[OwnPassage]:
    """Newest first, in three queries."""
    found: list[OwnPassage] = []
    for query, at, row_id, card in _sources(owner):
        if request.after is not None:
            query = query.where(tuple_(at, row_id) < (request.after.at, request.after.id))
        newest = query.order_by(at.desc(), row_id.desc()).limit(request.limit + 1)
        found += [card(*row) for row in session.execute(newest)]
    found.sort(key=lambda one: (one.at, one.id.bytes), reverse=True)
    return page_of(found, request, lambda one: Cursor(one.at, one.id))


def every_own(session: Session, owner: Owner, limit: int) -> list[OwnPassage]:
    return list(list_own(session, owner, PageRequest(limit)).items)


def find_own_photo(session: Session, owner: Owner, passage_id: UUID) -> tuple[UUID, UUID] | None:
    """The picture and its site, where the passage is one of an own car."""
    query = vehicle_passages(owner).with_only_columns(PassageRow.media_id, PassageRow.site_id)
    found = session.execute(query.where(PassageRow.id == passage_id)).first()
    return None if found is None or found[0] is None else (found[0], found[1])


def _sources(owner: Owner) -> Sequence[tuple[Select[Any], Any, Any, Any]]:
    return (
        (vehicle_passages(owner), PassageRow.created_at, PassageRow.id, _vehicle),
        (_visitors(owner), PassageRow.created_at, PassageRow.id, _visitor),
        (_card_events(owner), DoorEventRow.at, DoorEventRow.id, _card),
    )


def vehicle_passages(owner: Owner) -> Select[Any]:
    """From the day on which the person came to live there until the one on which they left."""
    day = cast(func.timezone(LOCAL, PassageRow.created_at), Date)
    lived = (HouseholdMemberRow.household_id == VehicleRow.household_id) & HouseholdMemberRow.person_id.in_(
        list(owner.persons)
    )
    return (
        select(PassageRow, GateRow.name, VehicleRow.plate)
        .join(VehicleRow, VehicleRow.id == PassageRow.vehicle_id)
        .join(HouseholdMemberRow, lived)
        .join(GateRow, GateRow.id == PassageRow.gate_id)
        .where(
            PassageRow.state != PassageState.JOINED.value,
            day >= HouseholdMemberRow.from_on,
            or_(HouseholdMemberRow.until_on.is_(None), day < HouseholdMemberRow.until_on),
        )
    )


def _visitors(owner: Owner) -> Select[Any]:
    return (
        select(PassageRow, GateRow.name, VisitRow.visitor_name)
        .join(VisitRow, VisitRow.id == PassageRow.visit_id)
        .join(GateRow, GateRow.id == PassageRow.gate_id)
        .where(VisitRow.resident_id == owner.resident_id, PassageRow.state != PassageState.JOINED.value)
    )


def _card_events(owner: Owner) -> Select[Any]:
    """A door's own name, else its gate's."""
    return (
        select(DoorEventRow, func.coalesce(DoorRow.name, GateRow.name, DeviceRow.name), CredentialRow.tail)
        .join(CredentialRow, CredentialRow.id == DoorEventRow.credential_id)
        .join(DeviceRow, DeviceRow.id == DoorEventRow.device_id)
        .outerjoin(DoorRow, DoorRow.id == DeviceRow.door_id)
        .outerjoin(GateRow, GateRow.id == DeviceRow.gate_id)
        .where(CredentialRow.person_id.in_(list(owner.persons)))
    )


def _vehicle(row: PassageRow, place: str, plate: str) -> OwnPassage:
    return _passage(row, OwnKind.VEHICLE, place, plate, row.media_id)


def _visitor(row: PassageRow, place: str, name: str) -> OwnPassage:
    return _passage(row, OwnKind.VISITOR, place, name, None)


def _passage(row: PassageRow, kind: OwnKind, place: str, who: str, media_id: UUID | None) -> OwnPassage:
    admitted = row.state == PassageState.OPENED.value
    return OwnPassage(row.id, kind, row.created_at, Direction(row.direction), place, admitted, who, media_id)


def _card(row: DoorEventRow, place: str, tail: str) -> OwnPassage:
    return OwnPassage(row.id, OwnKind.CARD, row.at, None, place, row.denial is None, tail, None)
