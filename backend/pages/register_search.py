"""One box for everything: a name in Chinese, pinyin or initials, a room, a plate, a phone number or its tail."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.people import service as people
from backend.features.people.errors import PhoneInvalid
from backend.infrastructure import blind_index
from backend.infrastructure.crypto import Crypto
from backend.kernel.identity import Scope
from backend.pages.home_list import RoomCard, VehicleCard, search_rooms, search_vehicles
from backend.pages.resident_list import ResidentCard, residents_by_phone, residents_by_tokens
from backend.pages.staff_list import EmployeeCard, search_employees

MOST = 20
"""Of each kind: whoever finds more, types more."""
_HAS_NUMBER = re.compile(r"\d")
_PLATE_PART = re.compile(r"[A-Z0-9一-鿿]{3,8}")


@dataclass(frozen=True)
class Found:
    residents: Sequence[ResidentCard] = field(default=(), repr=False)
    rooms: Sequence[RoomCard] = ()
    vehicles: Sequence[VehicleCard] = field(default=(), repr=False)
    employees: Sequence[EmployeeCard] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.residents or self.rooms or self.vehicles or self.employees)

    def subjects(self) -> list[UUID]:
        """Whose record the reader has seen."""
        seen = [card.person_id for card in self.residents]
        return [*seen, *(one.id for group in (self.rooms, self.vehicles, self.employees) for one in group)]


def search(session: Session, crypto: Crypto, within: Scope, typed: str, today: date) -> Found:
    """At most twenty of each kind, in at most seven queries."""
    text = unicodedata.normalize("NFKC", typed).strip()
    tokens = blind_index.tokens_for(crypto, within.sites, text)
    plate = text.upper().replace("·", "").replace(" ", "")
    return Found(
        _residents(session, crypto, within, text, tokens),
        search_rooms(session, within, text, MOST) if _HAS_NUMBER.search(text) else (),
        search_vehicles(session, within, plate, MOST) if _looks_like_plate(plate) else (),
        search_employees(session, within, tokens, MOST, today) if tokens else (),
    )


def _looks_like_plate(text: str) -> bool:
    return bool(_PLATE_PART.fullmatch(text) and any(character.isascii() for character in text))


def _residents(
    session: Session, crypto: Crypto, within: Scope, text: str, tokens: Sequence[int]
) -> Sequence[ResidentCard]:
    if tokens:
        return residents_by_tokens(session, within, tokens, MOST)
    try:
        return residents_by_phone(session, within, people.phone_hash(crypto, text), MOST)
    except PhoneInvalid:
        return ()
