"""The signed pass: a fixed binary layout with an Ed25519 signature, base45 for the QR's alphanumeric mode.

    offset size
         0    1  layout version, 1
         1    1  key version
         2   16  pass id
        18   16  site id
        34    4  gate bitmap
        38    4  valid from, Unix seconds
        42    4  valid until, Unix seconds, exclusive
        46    1  uses
        47    1  purpose
        48   64  Ed25519 signature of bytes 0 to 47

112 bytes are 168 characters. Integers are big-endian. `tests/unit/passes/vectors.json` holds test vectors.
"""

import struct
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from uuid import UUID

import base45

from backend.features.passes.model import Pass, PassFault, PassPurpose
from backend.kernel.ids import SiteId

LAYOUT = struct.Struct(">BB16s16sIIIBB")
VERSION = 1
SIGNATURE_BYTES = 64
TEXT_LENGTH = 168

VerifySignature = Callable[[bytes, bytes, bytes], bool]
"""(public key, message, signature) → valid"""


def body_of(value: Pass, key_version: int) -> bytes:
    return LAYOUT.pack(
        VERSION,
        key_version,
        value.id.bytes,
        value.site_id.bytes,
        value.gates,
        int(value.valid_from.timestamp()),
        int(value.valid_until.timestamp()),
        value.uses,
        value.purpose.value,
    )


def text_of(body: bytes, signature: bytes) -> str:
    return str(base45.b45encode(body + signature).decode())


def read_pass(text: str, public_keys: Mapping[int, bytes], verify: VerifySignature) -> Pass | PassFault:
    """The pass, if its signature holds under a key of this installation; nothing is believed before that."""
    raw = _raw(text)
    if raw is None:
        return PassFault.MALFORMED
    body, signature = raw[: LAYOUT.size], raw[LAYOUT.size :]
    public_key = public_keys.get(body[1])
    if public_key is None:
        return PassFault.UNKNOWN_KEY
    if not verify(public_key, body, signature):
        return PassFault.FORGED
    return _unpacked(body)


def _raw(text: str) -> bytes | None:
    if len(text) != TEXT_LENGTH:
        return None
    try:
        raw = bytes(base45.b45decode(text))
    except ValueError:
        return None
    # Base45 has unused code points: only the one spelling that `text_of` makes is a pass.
    canonical = len(raw) == LAYOUT.size + SIGNATURE_BYTES and base45.b45encode(raw).decode() == text
    return raw if canonical and raw[0] == VERSION else None


def _unpacked(body: bytes) -> Pass | PassFault:
    _, _, pass_id, site_id, gates, start, end, uses, purpose = LAYOUT.unpack(body)
    try:
        known = PassPurpose(purpose)
    except ValueError:
        return PassFault.MALFORMED
    return Pass(
        UUID(bytes=pass_id),
        SiteId(UUID(bytes=site_id)),
        gates,
        datetime.fromtimestamp(start, UTC),
        datetime.fromtimestamp(end, UTC),
        uses,
        known,
    )


def fault_at(value: Pass, site_id: SiteId, gate_bit: int, now: datetime) -> PassFault | None:
    """Why a genuine pass does not open this gate now; None when it does."""
    if value.site_id != site_id:
        return PassFault.WRONG_SITE
    if not value.gates >> gate_bit & 1:
        return PassFault.WRONG_GATE
    if now < value.valid_from:
        return PassFault.NOT_YET
    if now >= value.valid_until:
        return PassFault.OVER
    return None
