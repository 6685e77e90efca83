"""Residents with where they live, as the property office reads them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select, tuple_
from sqlalchemy.orm import Session

from backend.features.people.model import Relation
from backend.features.people.service import STAY_WARNING
from backend.features.people.tables import HouseholdMemberRow, HouseholdRow, PersonRow
from backend.features.sites.tables import BuildingRow, RoomRow, SiteRow, UnitRow
from backend.kernel.identity import Scope
from backend.kernel.paging import Cursor, Page, PageRequest, page_of
from backend.pages.keyset import NO_INSTANT
from backend.pages.rooms import ROOM_LABEL, join_room, names_room

BATCH = 500


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
_CURRENT = HouseholdMemberRow.until_on.is_(None)
# Rooms are walked in the order of their index, so that a page costs what it shows and not the whole register.
_ORDER = (RoomRow.site_id, RoomRow.sort_key, HouseholdMemberRow.id)


def residents(within: Scope) -> Select[Any]:
    """Everybody, with a current home or without: for looking up a few."""
    query = (
        select(_KEY, PersonRow, HouseholdMemberRow, HouseholdRow.room_id, SiteRow.name, func.coalesce(ROOM_LABEL, ""))
        .join(SiteRow, SiteRow.id == PersonRow.site_id)
        .outerjoin(HouseholdMemberRow, (HouseholdMemberRow.person_id == PersonRow.id) & _CURRENT)
        .where(PersonRow.site_id.in_(within.sites))
    )
    return join_room(query, HouseholdMemberRow.household_id)


def _housed(within: Scope, wanted: ResidentFilter, today: date) -> Select[Any]:
    query = (
        select(HouseholdMemberRow.id, PersonRow, HouseholdMemberRow, RoomRow.id, SiteRow.name, ROOM_LABEL)
        .select_from(RoomRow)
        .join(UnitRow, UnitRow.id == RoomRow.unit_id)
        .join(BuildingRow, BuildingRow.id == UnitRow.building_id)
        .join(SiteRow, SiteRow.id == RoomRow.site_id)
        .join(HouseholdRow, HouseholdRow.room_id == RoomRow.id)
        .join(HouseholdMemberRow, (HouseholdMemberRow.household_id == HouseholdRow.id) & _CURRENT)
        .join(PersonRow, PersonRow.id == HouseholdMemberRow.person_id)
        .where(RoomRow.site_id.in_(_sites(within, wanted)))
    )
    if wanted.building_id is not None:
        query = query.where(BuildingRow.id == wanted.building_id)
    if wanted.room:
        query = query.where(names_room(wanted.room))
    match wanted.sort:
        case ResidentSort.FLOATING:
            query = query.where(HouseholdMemberRow.is_floating)
        case ResidentSort.ENDS_SOON:
            query = query.where(HouseholdMemberRow.stay_until_on <= today + STAY_WARNING)
        case ResidentSort.ALL | ResidentSort.MOVED_OUT:
            pass
    return query


def _homeless(within: Scope, wanted: ResidentFilter) -> Select[Any]:
    """On the register and without a current home."""
    at_home = exists().where(HouseholdMemberRow.person_id == PersonRow.id, _CURRENT)
    return (
        select(PersonRow.id, PersonRow, SiteRow.name)
        .join(SiteRow, SiteRow.id == PersonRow.site_id)
        .where(PersonRow.site_id.in_(_sites(within, wanted)), ~at_home)
        .order_by(PersonRow.id)
    )


def _sites(within: Scope, wanted: ResidentFilter) -> Collection[UUID]:
    return within.sites if wanted.site_id is None else within.sites & {wanted.site_id}


def _shows_homeless(wanted: ResidentFilter) -> bool:
    anywhere = wanted.building_id is None and not wanted.room
    return anywhere and wanted.sort in (ResidentSort.ALL, ResidentSort.MOVED_OUT)


def list_residents(
    session: Session, within: Scope, wanted: ResidentFilter, request: PageRequest, today: date
) -> Page[ResidentCard]:
    """Room by room, then whoever has none."""
    after, size = request.after, request.limit + 1
    last_room = None if after is None else _room_of(session, within, after.id)
    found: list[ResidentCard] = []
    if wanted.sort is not ResidentSort.MOVED_OUT and (after is None or last_room is not None):
        query = _housed(within, wanted, today)
        if after is not None and last_room is not None:
            # The first condition leads into the index, the second leaves out what was seen of that room.
            query = query.where(
                tuple_(RoomRow.site_id, RoomRow.sort_key) >= last_room, tuple_(*_ORDER) > (*last_room, after.id)
            )
        found = [_card(*row) for row in session.execute(query.order_by(*_ORDER).limit(size))]
    if len(found) < size and _shows_homeless(wanted):
        rest = _homeless(within, wanted)
        if after is not None and last_room is None:
            rest = rest.where(PersonRow.id > after.id)
        found += [_homeless_card(*row) for row in session.execute(rest.limit(size - len(found)))]
    return page_of(found, request, lambda card: Cursor(NO_INSTANT, card.key))


def _room_of(session: Session, within: Scope, member_id: UUID) -> tuple[UUID, str] | None:
    """Where a residency stands in the order; None for a person who has none."""
    where = (
        select(RoomRow.site_id, RoomRow.sort_key)
        .join(HouseholdRow, HouseholdRow.room_id == RoomRow.id)
        .join(HouseholdMemberRow, HouseholdMemberRow.household_id == HouseholdRow.id)
        .where(HouseholdMemberRow.id == member_id, RoomRow.site_id.in_(within.sites))
    )
    found = session.execute(where).one_or_none()
    return None if found is None else (found[0], found[1])


def every_resident(session: Session, within: Scope, wanted: ResidentFilter, today: date) -> Iterator[ResidentCard]:
    """For an export: read in batches, so that a list of any length needs little memory."""
    if wanted.sort is not ResidentSort.MOVED_OUT:
        housed = _housed(within, wanted, today).order_by(*_ORDER)
        for row in session.execute(housed.execution_options(yield_per=BATCH)):
            yield _card(*row)
    if _shows_homeless(wanted):
        for row in session.execute(_homeless(within, wanted).execution_options(yield_per=BATCH)):
            yield _homeless_card(*row)


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
    """In the order of the list."""
    order = (func.coalesce(RoomRow.sort_key, ""), _KEY)
    return [_card(*row) for row in session.execute(residents(within).where(which).order_by(*order).limit(limit))]


def _homeless_card(key: UUID, person: PersonRow, site: str) -> ResidentCard:
    return _card(key, person, None, None, site, "")


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
