"""What a terminal's list says: its own rows only, and nothing of anybody that it does not need."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from backend.features.credentials import doors, listing
from backend.features.devices.model import Device, Direction
from backend.features.gate_lists import rules, store
from backend.features.gate_lists.errors import NoPlace
from backend.features.gate_lists.model import ListRow, ListRowKind, Place
from backend.features.people import service as people
from backend.features.sites import service as sites
from backend.features.visits import offline as visits
from backend.features.visits.model import Visit, VisitState
from backend.infrastructure.changes import stamp_since
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.keys import Purpose
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.identity import Scope
from backend.kernel.ids import SiteId

NOTED = rules.LIFE
"""A change is noticed within seconds; that it is remembered for so long costs a look now and then."""


CALLED_OFF = frozenset({VisitState.CANCELLED, VisitState.REFUSED})


@dataclass(frozen=True)
class PlainRow:
    """A row before its value is hashed with the secret of one list."""

    kind: ListRowKind
    value: str | bytes = field(repr=False)
    valid_from: datetime
    valid_until: datetime
    uses: int = 0


def place_of(work: Work, within: Scope, device: Device) -> Place:
    """Raises NoPlace for a device of neither gate nor door."""
    if device.gate_id is not None and device.direction is not None:
        gate = sites.get_gate(work.session, within, device.gate_id)
        return Place(device.site_id, device.gate_id, device.id, gate.bit, device.direction)
    if device.door_id is None:
        raise NoPlace
    return Place(device.site_id, device.door_id, device.id)


def stamp_of(work: Work, crypto: Crypto, within: Scope) -> str:
    """Changes with whatever a list of the site is made from: registers, visits, the day, the keys of passes."""
    keys = ",".join(map(str, crypto.public_keys(Purpose.PASSES)))
    registers = stamp_since(work.session, within, work.now - NOTED)
    return f"{local_day(work.now)} {keys} {registers} {visits.standing_digest(work.session, within, work.now)}"


def note_revoked(work: Work, within: Scope, site_id: SiteId) -> None:
    """Remembers when it was first seen that a visit is called off: see `offline`."""
    for visit in visits.list_standing(work.session, within, work.now, work.now + rules.LIFE):
        if visit.state in CALLED_OFF:
            store.note_revoked(work.session, site_id, visit.id, work.now)


def rows_for(work: Work, within: Scope, device: Device) -> list[PlainRow]:
    """The way out needs none: it is never held shut."""
    if device.direction is Direction.EXIT:
        return []
    until = work.now + rules.LIFE
    place = doors.place_of(work, within, device)
    cards = listing.cards_that_open(work.session, within, place, work.now, until)
    rows = [PlainRow(ListRowKind.CARD, card.number, card.valid_from, card.valid_until) for card in cards]
    if device.gate_id is None:
        return rows
    plates = people.known_plates(work.session, within)
    rows += [PlainRow(ListRowKind.PLATE, plate, work.now.replace(microsecond=0), until) for plate in plates]
    for visit in visits.list_standing(work.session, within, work.now, until):
        rows += _pass_rows(visit, work.now, until)
    return rows


def _pass_rows(visit: Visit, start: datetime, end: datetime) -> list[PlainRow]:
    """One for each time in which the visit admits: a series has its days, a black-out leaves two halves."""
    if not visit.is_active:
        return [PlainRow(ListRowKind.REVOKED, visit.id.bytes, visit.valid_from, visit.valid_until)]
    return [
        PlainRow(ListRowKind.PASS, visit.id.bytes, stretch.opens_at, stretch.end, left)
        for stretch, left in visits.stretches_between(visit, start, end)
    ]


def digest_of(crypto: Crypto, rows: Iterable[PlainRow]) -> bytes:
    """Keyed, because it is kept beside the list: plates have no times of their own here, which move with the clock."""
    said = sorted((row.kind.value, str(row.value), *_times(row), row.uses) for row in rows)
    keys = sorted((version, key.hex()) for version, key in crypto.public_keys(Purpose.PASSES).items())
    return crypto.look_up_hash(repr((said, keys)), "gate-list-content")


def _times(row: PlainRow) -> tuple[float, float]:
    if row.kind is ListRowKind.PLATE:
        return 0.0, 0.0
    return row.valid_from.timestamp(), row.valid_until.timestamp()


def hashed(secret: bytes, row: PlainRow) -> ListRow:
    return ListRow(row.kind, _key(secret, row), row.valid_from, row.valid_until, row.uses)


def _key(secret: bytes, row: PlainRow) -> bytes:
    if isinstance(row.value, bytes):
        return row.value
    make = rules.card_key if row.kind is ListRowKind.CARD else rules.plate_key
    return make(secret, row.value)
