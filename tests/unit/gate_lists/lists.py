"""A gate, its keys and its list, made by hand."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from backend.features.devices.model import Direction
from backend.features.gate_lists import rules, terminal
from backend.features.gate_lists.model import (
    GateList,
    ListFault,
    ListRow,
    ListRowKind,
    OfflineCredential,
    Place,
    Shown,
    Verdict,
)
from backend.features.gate_lists.terminal import Held
from backend.features.passes.model import Pass, PassPurpose
from backend.features.passes.rules import body_of, text_of
from backend.infrastructure.crypto import open_sealed, seal_to, verify_signature
from backend.kernel.ids import DeviceId, SiteId

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
SIGNING = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_SIGNING = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
KEYS = {1: SIGNING.public_key().public_bytes_raw()}
PRIVATE = X25519PrivateKey.from_private_bytes(bytes(range(64, 96)))
SITE, GATE = SiteId(UUID(int=7)), UUID(int=8)
PLACE = Place(SITE, GATE, DeviceId(UUID(int=9)), 2, Direction.ENTRY)
SECRET = bytes(range(96, 128))
CARD, PLATE = "04A22B1C", "苏A12345"
VECTORS = Path(__file__).parents[3] / "docs" / "gate-list-vectors.json"


def pass_id(made_at: datetime, number: int = 1) -> UUID:
    """A version 7 UUID of that instant."""
    return UUID(int=int(made_at.timestamp() * 1000) << 80 | 0x7 << 76 | 0x2 << 62 | number)


OLD_ID, NEW_ID = pass_id(NOW - 5 * HOUR), pass_id(NOW + HOUR)


def a_pass(of: UUID = OLD_ID, **changes: Any) -> Pass:
    return replace(Pass(of, SITE, 0b100, NOW - HOUR, NOW + 3 * HOUR, 2, PassPurpose.VISIT), **changes)


def text(value: Pass, key: Ed25519PrivateKey = SIGNING) -> str:
    body = body_of(value, 1)
    return text_of(body, key.sign(body))


def pass_row(of: UUID = OLD_ID, uses: int = 2, kind: ListRowKind = ListRowKind.PASS) -> ListRow:
    return ListRow(kind, of.bytes, NOW - HOUR, NOW + 3 * HOUR, uses)


def a_list(*rows: ListRow, **changes: Any) -> GateList:
    card = ListRow(ListRowKind.CARD, rules.card_key(SECRET, CARD), NOW - HOUR, NOW + 24 * HOUR)
    plate = ListRow(ListRowKind.PLATE, rules.plate_key(SECRET, PLATE), NOW - HOUR, NOW + 24 * HOUR)
    made = GateList(PLACE, 5, NOW, NOW + rules.LIFE, SECRET, KEYS, rules.in_order([card, plate, *rows]))
    return replace(made, **changes)


def signed(value: GateList, key: Ed25519PrivateKey = SIGNING, version: int = 1) -> bytes:
    body = rules.body_of(value, version)
    return body + key.sign(rules.CONTEXT + body)


def sealed(plain: bytes, to: X25519PrivateKey = PRIVATE, device: UUID = PLACE.device_id) -> bytes:
    return seal_to(to.public_key().public_bytes_raw(), plain, rules.seal_context(device))


def accepted(data: bytes, held_version: int = 0, now: datetime = NOW, place: Place = PLACE) -> Held | ListFault:
    private = PRIVATE.private_bytes_raw()
    return terminal.accept(
        data, lambda s, context: open_sealed(private, s, context), KEYS, verify_signature, place, held_version, now
    )


@dataclass
class Gate:
    """A terminal that holds a list, has used some passes, and has a clock."""

    held: Held | None
    now: datetime = NOW + 2 * HOUR
    drift: timedelta | None = timedelta(0)
    used: dict[UUID, int] = field(default_factory=dict)
    place: Place = PLACE

    def show(self, credential: OfflineCredential, shown: str) -> Verdict:
        def uses_since(of: UUID, since: datetime) -> int:
            return self.used.get(of, 0)

        return terminal.decide(
            self.place, self.held, Shown(credential, shown), uses_since, verify_signature, self.now, self.drift
        )


def vectors() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(VECTORS.read_text())
    return found
