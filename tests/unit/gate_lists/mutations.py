"""Passes that are none: a genuine one with something changed about it, in ways that somebody might try."""

import random
from collections.abc import Callable, Sequence

import base45
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.features.passes.rules import LAYOUT, TEXT_LENGTH, text_of
from tests.unit.gate_lists.lists import NEW_ID, OLD_ID, OTHER_SIGNING, SIGNING, a_pass, text

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
GENUINE = (text(a_pass()), text(a_pass(NEW_ID)))
_OTHERS = (text(a_pass(OLD_ID, uses=9)), text(a_pass(NEW_ID, gates=0b111)))
Mutation = Callable[[random.Random, str], str]


def _raw(shown: str) -> bytearray:
    return bytearray(base45.b45decode(shown))


def _text(raw: bytes) -> str:
    return str(base45.b45encode(bytes(raw)).decode())


def flipped_bits(dice: random.Random, shown: str) -> str:
    raw = _raw(shown)
    for at in dice.sample(range(len(raw) * 8), dice.randint(1, 3)):
        raw[at // 8] ^= 1 << at % 8
    return _text(raw)


def changed_characters(dice: random.Random, shown: str) -> str:
    at = dice.randrange(len(shown))
    return shown[:at] + dice.choice(ALPHABET.replace(shown[at], "")) + shown[at + 1 :]


def cut_or_grown(dice: random.Random, shown: str) -> str:
    raw = _raw(shown)
    if dice.random() < 0.5:
        return _text(raw[: dice.randrange(len(raw))])
    return _text(raw + dice.randbytes(dice.randint(1, 8)))


def swapped_fields(dice: random.Random, shown: str) -> str:
    """Two stretches of the same length change places, within the pass or with another genuine one."""
    raw, other = _raw(shown), _raw(dice.choice(_OTHERS))
    size = dice.choice((1, 4, 16))
    here, there = sorted(dice.sample(range(0, LAYOUT.size - size, size), 2))
    raw[here : here + size], raw[there : there + size] = raw[there : there + size], raw[here : here + size]
    if raw == _raw(shown):
        raw[: LAYOUT.size] = other[: LAYOUT.size]
    return _text(raw)


def widened(dice: random.Random, shown: str) -> str:
    """A longer window, more uses or more gates, under the old signature."""
    raw = _raw(shown)
    field, value = dice.choice(((34, b"\xff\xff\xff\xff"), (38, bytes(4)), (42, b"\xff\xff\xff\xfe"), (46, b"\xff")))
    raw[field : field + len(value)] = value
    return _text(raw)


def another_key(dice: random.Random, shown: str) -> str:
    body = bytes(_raw(shown)[: LAYOUT.size])
    key = OTHER_SIGNING if dice.random() < 0.5 else Ed25519PrivateKey.from_private_bytes(dice.randbytes(32))
    return text_of(body, key.sign(body))


def another_key_version(dice: random.Random, shown: str) -> str:
    """Signed with the right key under a number that is not its own, or with the right number by a stranger."""
    body = bytearray(_raw(shown)[: LAYOUT.size])
    body[1] = dice.choice([0, *range(2, 256)])
    return text_of(bytes(body), SIGNING.sign(bytes(body)))


def another_site_or_gate(dice: random.Random, shown: str) -> str:
    """Genuine, for somewhere else."""
    body = bytearray(_raw(shown)[: LAYOUT.size])
    if dice.random() < 0.5:
        body[18:34] = dice.randbytes(16)
    else:
        body[34:38] = (dice.getrandbits(32) & ~0b100).to_bytes(4, "big")
    return text_of(bytes(body), SIGNING.sign(bytes(body)))


def written_otherwise(dice: random.Random, shown: str) -> str:
    ways: Sequence[Mutation] = (
        lambda _, s: s.lower(),
        lambda _, s: s + " ",
        lambda _, s: "\n" + s,
        lambda _, s: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in s),
        lambda _, s: _raw(s).hex().upper()[:TEXT_LENGTH],
        lambda _, s: s[3:] + s[:3],
        lambda d, s: s[:-3] + ":::" if d.random() < 0.5 else ":::" + s[3:],
    )
    return dice.choice(ways)(dice, shown)


def signature_games(dice: random.Random, shown: str) -> str:
    """The second half negated, zeroed, or from another pass: what a lenient check would let through."""
    raw, other = _raw(shown), _raw(dice.choice(_OTHERS))
    order = 2**252 + 27742317777372353535851937790883648493
    if dice.random() < 0.4:
        scalar = int.from_bytes(raw[80:112], "little")
        raw[80:112] = ((scalar + order) % 2**256).to_bytes(32, "little")
    elif dice.random() < 0.5:
        raw[48:112] = other[48:112]
    else:
        raw[48:80] = bytes(32)
    return _text(raw)


MUTATIONS: Sequence[Mutation] = (
    flipped_bits,
    changed_characters,
    cut_or_grown,
    swapped_fields,
    widened,
    another_key,
    another_key_version,
    another_site_or_gate,
    written_otherwise,
    signature_games,
)


def mutated(dice: random.Random) -> tuple[str, str]:
    """The name of what was done, and the text; never a genuine pass."""
    while True:
        mutation = dice.choice(MUTATIONS)
        shown = mutation(dice, dice.choice(GENUINE))
        if shown not in GENUINE:
            return mutation.__name__, shown
