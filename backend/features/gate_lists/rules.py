"""How a gate list is written. `docs/gate-list.md` has the layout in full, `docs/gate-list-vectors.json` examples.

    offset size
         0    4  "AGL1"
         4    1  version of the signing key
         5   16  site id
        21   16  place id: the gate's or the door's
        37   16  device id
        53    1  gate bit, 0 to 31; 255 for a door
        54    1  direction: 1 in, 2 out
        55    8  list version
        63    4  issued at, Unix seconds
        67    4  expires at, Unix seconds, exclusive
        71   32  secret of this list's hashes
       103    1  number of pass keys, then 33 bytes each: version, Ed25519 public key
         …    4  number of rows, then 26 bytes each: kind, key (16), from (4), until (4), uses (1), in rising order
         …   64  Ed25519 signature of CONTEXT and everything before it

Integers are big-endian. The whole is sealed to the terminal: see `seal_context`.
"""

import hmac
import struct
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from backend.features.devices.model import Direction
from backend.features.gate_lists.model import GateList, ListRow, ListRowKind, Place
from backend.kernel.ids import DeviceId, SiteId

MAGIC = b"AGL1"
CONTEXT = b"anlin gate list\0"
"""Goes before what is signed: no other thing that the platform signs can be taken for a list."""
HEAD = struct.Struct(">4sB16s16s16sBBQII32sB")
KEY = struct.Struct(">B32s")
COUNT = struct.Struct(">I")
ROW = struct.Struct(">B16sIIB")
SIGNATURE_BYTES = 64
SECRET_BYTES = 32
KEY_BYTES = 16
LIFE = timedelta(hours=24)
RENEW_AFTER = timedelta(hours=6)
"""A list is made anew at the latest then, so that a gate that is cut off has 18 hours in hand."""
MOST_USES = 255
_DIRECTIONS = {Direction.ENTRY: 1, Direction.EXIT: 2}
_LAST_SECOND = 2**32 - 1


class Malformed(Exception):
    """Bytes that are no gate list."""


def seal_context(device_id: UUID) -> bytes:
    """The `info` of the HPKE seal (RFC 9180, base mode): sealed for another terminal it does not open here."""
    return CONTEXT + device_id.bytes


def card_key(secret: bytes, number: str) -> bytes:
    """`number` in capitals without separators."""
    return _key(secret, "card", number)


def plate_key(secret: bytes, plate: str) -> bytes:
    """`plate` in capitals without separators."""
    return _key(secret, "plate", plate)


def _key(secret: bytes, kind: str, value: str) -> bytes:
    return hmac.digest(secret, f"{kind}\0{value}".encode(), "sha256")[:KEY_BYTES]


def in_order(rows: Iterable[ListRow]) -> tuple[ListRow, ...]:
    """As they stand in a list: a terminal finds one by halving."""
    return tuple(sorted(rows, key=_packed))


def body_of(value: GateList, key_version: int) -> bytes:
    """What is signed, without CONTEXT; rows must be `in_order`."""
    place = value.place
    head = HEAD.pack(
        MAGIC,
        key_version,
        place.site_id.bytes,
        place.place_id.bytes,
        place.device_id.bytes,
        place.gate_bit,
        _DIRECTIONS[place.direction],
        value.version,
        int(value.issued_at.timestamp()),
        int(value.expires_at.timestamp()),
        value.secret,
        len(value.pass_keys),
    )
    keys = b"".join(KEY.pack(version, key) for version, key in sorted(value.pass_keys.items()))
    return head + keys + COUNT.pack(len(value.rows)) + b"".join(map(_packed, value.rows))


def _packed(row: ListRow) -> bytes:
    return ROW.pack(
        row.kind.value, row.key, _second(row.valid_from), _second(row.valid_until), min(row.uses, MOST_USES)
    )


def _second(instant: datetime) -> int:
    return min(max(0, int(instant.timestamp())), _LAST_SECOND)


def key_version_of(signed: bytes) -> int:
    """Raises Malformed."""
    if len(signed) < HEAD.size + COUNT.size + SIGNATURE_BYTES or not signed.startswith(MAGIC):
        raise Malformed
    return signed[len(MAGIC)]


def read_body(body: bytes) -> GateList:
    """A body whose signature has been checked. Raises Malformed for any but the one spelling of `body_of`."""
    try:
        value = _unpacked(body)
    except (struct.error, ValueError, KeyError, OverflowError):
        raise Malformed from None
    if body_of(value, body[len(MAGIC)]) != body:
        raise Malformed
    return value


def _unpacked(body: bytes) -> GateList:
    _, _, site, place, device, bit, way, version, issued, expires, secret, keys = HEAD.unpack_from(body)
    offset = HEAD.size
    pass_keys = dict(KEY.unpack_from(body, offset + n * KEY.size) for n in range(keys))
    offset += keys * KEY.size
    (count,) = COUNT.unpack_from(body, offset)
    rows = body[offset + COUNT.size :]
    if len(rows) != count * ROW.size:
        raise Malformed
    directions = {number: direction for direction, number in _DIRECTIONS.items()}
    return GateList(
        Place(SiteId(UUID(bytes=site)), UUID(bytes=place), DeviceId(UUID(bytes=device)), bit, directions[way]),
        version,
        _instant(issued),
        _instant(expires),
        secret,
        pass_keys,
        tuple(map(_row, ROW.iter_unpack(rows))),
    )


def _row(values: tuple[int, bytes, int, int, int]) -> ListRow:
    kind, key, start, end, uses = values
    return ListRow(ListRowKind(kind), key, _instant(start), _instant(end), uses)


def instant_of(made: UUID) -> datetime:
    """The instant in a version 7 UUID; for any other the beginning of time, which is before every list."""
    return _instant((made.int >> 80) // 1000) if made.version == 7 else _instant(0)


def _instant(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
