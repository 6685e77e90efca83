"""Residents with where they live, as the property office reads them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from backend.features.people.model import Relation
from backend.features.people.service import STAY_WARNING
from backend.features.people.tables import HouseholdMemberRow, HouseholdRow, PersonRow
from backend.features.sites.tables import BuildingRow, RoomRow, SiteRow
from backend.kernel.identity import Scope
from backend.kernel.paging import Page, PageRequest
from backend.pages.keyset import page_in_order
from backend.pages.rooms import ROOM_LABEL, join_room, names_room, room_order

BATCH = 500
NO_DAY = date.min


class ResidentSort(Enum):
    ALL = "all"
    FLOATING = "floating"
    ENDS_SOON = "ends_soon"
    """Whose registered stay ends within a month, or has ended."""
    MOVED_OUT = "moved_out"


@dataclass(frozen=True)
class ResidentFilter:
    site_id: UUID | None = None
    building_id: UUID | None = None
    sort: ResidentSort = ResidentSort.ALL
    room: str = ""


@dataclass(frozen=True)
class ResidentCard:
    key: UUID
    """Of the residency, or of the person who has none."""
    person_id: UUID
    room_id: UUID | None
    household_id: UUID | None
    site_name: str
    room: str
    name: str = field(repr=False)
    phone: str | None = field(repr=False)
    document_kind: str | None
    document_number: str | None = field(repr=False)
    registered_home: str | None = field(repr=False)
    relation: Relation | None
    from_on: date | None
    is_floating: bool
    stay_until_on: date | None


_KEY: ColumnElement[UUID] = func.coalesce(HouseholdMemberRow.id, PersonRow.id)


def residents(within: Scope, wanted: ResidentFilter, today: date) -> Select[Any]:
    current = (HouseholdMemberRow.person_id == PersonRow.id) & HouseholdMemberRow.until_on.is_(None)
    query = (
        select(_KEY, PersonRow, HouseholdMemberRow, HouseholdRow.room_id, SiteRow.name, func.coalesce(ROOM_LABEL, ""))
        .join(SiteRow, SiteRow.id == PersonRow.site_id)
        .outerjoin(HouseholdMemberRow, current)
        .where(PersonRow.site_id.in_(within.sites))
    )
    return _narrowed(join_room(query, HouseholdMemberRow.household_id), wanted, today)


def _narrowed(query: Select[Any], wanted: ResidentFilter, today: date) -> Select[Any]:
    if wanted.site_id is not None:
        query = query.where(PersonRow.site_id == wanted.site_id)
    if wanted.building_id is not None:
        query = query.where(BuildingRow.id == wanted.building_id)
    if wanted.room:
        query = query.where(names_room(wanted.room))
    match wanted.sort:
        case ResidentSort.FLOATING:
            query = query.where(HouseholdMemberRow.is_floating)
        case ResidentSort.ENDS_SOON:
            query = query.where(HouseholdMemberRow.stay_until_on <= today + STAY_WARNING)
        case ResidentSort.MOVED_OUT:
            query = query.where(HouseholdMemberRow.id.is_(None))
        case ResidentSort.ALL:
            pass
    return query


def list_residents(
    session: Session, within: Scope, wanted: ResidentFilter, request: PageRequest, today: date
) -> Page[ResidentCard]:
    query = residents(within, wanted, today)
    return page_in_order(session, query, [*room_order(), _KEY], request, _card, lambda card: card.key)


def every_resident(session: Session, within: Scope, wanted: ResidentFilter, today: date) -> Iterator[ResidentCard]:
    """For an export: read in batches, so that a list of any length needs little memory."""
    query = residents(within, wanted, today).order_by(*room_order(), _KEY)
    for row in session.execute(query.execution_options(yield_per=BATCH)):
        yield _card(*row)


def residents_by_tokens(session: Session, within: Scope, tokens: Sequence[int], limit: int) -> list[ResidentCard]:
    return _some(session, within, PersonRow.search_tokens.overlap(list(tokens)), limit)


def residents_by_phone(session: Session, within: Scope, phone_hash: bytes, limit: int) -> list[ResidentCard]:
    return _some(session, within, PersonRow.phone_hash == phone_hash, limit)


def residents_of_room(session: Session, within: Scope, room_id: UUID) -> list[ResidentCard]:
    return _some(session, within, RoomRow.id == room_id, BATCH)


def homes_of(session: Session, within: Scope, person_id: UUID) -> list[ResidentCard]:
    """The person with each current home; one card without a room for who has none; empty for a stranger."""
    return _some(session, within, PersonRow.id == person_id, BATCH)


def _some(session: Session, within: Scope, which: ColumnElement[bool], limit: int) -> list[ResidentCard]:
    query = residents(within, ResidentFilter(), NO_DAY).where(which)
    return [_card(*row) for row in session.execute(query.order_by(*room_order(), _KEY).limit(limit))]


def _card(
    key: UUID, person: PersonRow, member: HouseholdMemberRow | None, room_id: UUID | None, site: str, room: str
) -> ResidentCard:
    return ResidentCard(
        key,
        person.id,
        room_id,
        None if member is None else member.household_id,
        site,
        room,
        person.name,
        person.phone,
        person.document_kind,
        person.document_number,
        person.registered_home,
        None if member is None else Relation(member.relation),
        None if member is None else member.from_on,
        member is not None and member.is_floating,
        None if member is None else member.stay_until_on,
    )
