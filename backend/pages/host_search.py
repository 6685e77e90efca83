"""Homes that a visitor at the gate may mean: by room, name, pinyin, initials, phone number or its tail, or plate."""

import re
import unicodedata
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from backend.features.people.tables import HouseholdMemberRow, PersonRow, VehicleRow
from backend.features.sites.tables import SiteRow
from backend.infrastructure import blind_index
from backend.infrastructure.crypto import Crypto
from backend.kernel.identity import Scope
from backend.kernel.plates import normalise_plate
from backend.pages.rooms import ROOM_LABEL, join_room, names_room

MOST = 12
_HAS_NUMBER = re.compile(r"\d")


@dataclass(frozen=True)
class HomeChoice:
    household_id: UUID
    room: str
    site_name: str
    names: tuple[str, ...] = field(repr=False)
    """Who lives there, the surname alone: 王**."""


def find_homes(session: Session, crypto: Crypto, within: Scope, typed: str) -> list[HomeChoice]:
    """At most twelve, in two queries."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if not text:
        return []
    current = HouseholdMemberRow.until_on.is_(None)
    query = (
        select(HouseholdMemberRow.household_id, ROOM_LABEL, SiteRow.name)
        .join(SiteRow, SiteRow.id == HouseholdMemberRow.site_id)
        .join(PersonRow, PersonRow.id == HouseholdMemberRow.person_id)
        .where(HouseholdMemberRow.site_id.in_(within.sites), current, or_(*_meant(crypto, within, text)))
        .distinct()
        .order_by(SiteRow.name, ROOM_LABEL)
        .limit(MOST)
    )
    found = session.execute(join_room(query, HouseholdMemberRow.household_id)).all()
    names = _names(session, within, [household_id for household_id, _, _ in found])
    return [HomeChoice(home, room, site, tuple(names.get(home, ()))) for home, room, site in found]


def _meant(crypto: Crypto, within: Scope, text: str) -> list[ColumnElement[bool]]:
    plates = select(VehicleRow.household_id).where(VehicleRow.plate == normalise_plate(text), VehicleRow.active)
    meant: list[ColumnElement[bool]] = [HouseholdMemberRow.household_id.in_(plates)]
    if _HAS_NUMBER.search(text):
        meant.append(names_room(text))
    tokens = blind_index.tokens_for(crypto, within.sites, text)
    if tokens:
        meant.append(PersonRow.search_tokens.overlap(list(tokens)))
    return meant


def _names(session: Session, within: Scope, homes: list[UUID]) -> dict[UUID, list[str]]:
    rows = session.execute(
        select(HouseholdMemberRow.household_id, PersonRow.name)
        .join(PersonRow, PersonRow.id == HouseholdMemberRow.person_id)
        .where(
            HouseholdMemberRow.household_id.in_(homes),
            HouseholdMemberRow.site_id.in_(within.sites),
            HouseholdMemberRow.until_on.is_(None),
        )
        .order_by(HouseholdMemberRow.id)
    )
    found: dict[UUID, list[str]] = {}
    for home, name in rows:
        found.setdefault(home, []).append(f"{name[:1]}**")
    return found
