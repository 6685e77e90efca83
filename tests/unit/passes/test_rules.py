"""The signed pass: what was signed is read back, and nothing else is a pass."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import base45
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from backend.features.passes.model import Pass, PassFault, PassPurpose
from backend.features.passes.rules import LAYOUT, TEXT_LENGTH, body_of, fault_at, read_pass, text_of
from backend.infrastructure.crypto import verify_signature
from backend.kernel.ids import SiteId

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())
KEY = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(VECTORS["seed"]))
KEY_VERSION = 1
PUBLIC_KEYS = {KEY_VERSION: KEY.public_key().public_bytes_raw()}
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SITE = SiteId(UUID(int=7))
PASS = Pass(UUID(int=1), SITE, 0b101, NOW, NOW + timedelta(hours=2), 3, PassPurpose.VISIT)

instants = st.integers(0, 2**32 - 1).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
passes = st.builds(
    Pass,
    st.uuids(),
    st.uuids().map(SiteId),
    st.integers(0, 2**32 - 1),
    instants,
    instants,
    st.integers(0, 255),
    st.just(PassPurpose.VISIT),
)


def signed(body: bytes, key: Ed25519PrivateKey = KEY) -> str:
    return text_of(body, key.sign(body))


def read(text: str) -> Pass | PassFault:
    return read_pass(text, PUBLIC_KEYS, verify_signature)


@pytest.mark.parametrize("vector", VECTORS["passes"], ids=lambda vector: vector["name"])
def test_the_committed_vectors_are_made_and_read(vector: dict[str, Any]) -> None:
    value = Pass(
        UUID(vector["id"]),
        SiteId(UUID(vector["site_id"])),
        vector["gates"],
        datetime.fromisoformat(vector["valid_from"]),
        datetime.fromisoformat(vector["valid_until"]),
        vector["uses"],
        PassPurpose(vector["purpose"]),
    )
    assert signed(body_of(value, vector["key_version"])) == vector["text"]
    assert read(vector["text"]) == value


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["name"])
def test_the_committed_vectors_of_bad_passes_are_refused(vector: dict[str, str]) -> None:
    assert read(vector["text"]) is PassFault(vector["fault"])


@given(passes)
def test_what_was_signed_is_read_back(value: Pass) -> None:
    text = signed(body_of(value, KEY_VERSION))
    assert len(text) == TEXT_LENGTH <= 200
    assert set(text) <= set(ALPHABET)  # a QR's alphanumeric mode
    assert read(text) == value


def test_every_other_character_at_every_place_is_refused() -> None:
    text = signed(body_of(PASS, KEY_VERSION))
    others = ALPHABET + "aé中\0"
    mutated = {text[:n] + c + text[n + 1 :] for n in range(len(text)) for c in others if c != text[n]}
    assert len(mutated) >= 168 * 44
    assert [m for m in mutated if isinstance(read(m), Pass)] == []


def test_no_changed_byte_at_any_place_passes() -> None:
    """Every bit and all of each of 112 bytes; `make offline` tries a million forgeries."""
    raw = base45.b45decode(signed(body_of(PASS, KEY_VERSION)))
    changes = [(place, flip) for place in range(len(raw)) for flip in (1, 2, 4, 8, 16, 32, 64, 128, 255)]
    forged = (raw[:at] + bytes([raw[at] ^ flip]) + raw[at + 1 :] for at, flip in changes)
    assert [bad for bad in forged if isinstance(read(base45.b45encode(bad).decode()), Pass)] == []


@given(st.text(min_size=0, max_size=400))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert isinstance(read(text), PassFault)


@given(st.text(ALPHABET, min_size=TEXT_LENGTH, max_size=TEXT_LENGTH))
def test_no_text_of_the_right_length_and_letters_is_a_pass(text: str) -> None:
    assert isinstance(read(text), PassFault)


@pytest.mark.parametrize("spelt", ["{}0", " {}", "{}\n", "0{}"])
def test_a_pass_has_one_spelling(spelt: str) -> None:
    text = signed(body_of(PASS, KEY_VERSION))
    for other in (spelt.format(text), spelt.format(text)[:TEXT_LENGTH], text.lower(), text[:-1]):
        assert other == text or read(other) is PassFault.MALFORMED


def test_another_installations_signature_is_forged() -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert read(signed(body_of(PASS, KEY_VERSION), stranger)) is PassFault.FORGED


@pytest.mark.parametrize("version", [0, 2, 255])
def test_a_key_that_is_not_known_is_said_to_be_so(version: int) -> None:
    assert read(signed(body_of(PASS, version))) is PassFault.UNKNOWN_KEY


def test_a_pass_under_an_older_key_is_still_read_and_under_a_retired_one_not() -> None:
    newer = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\1")
    old_pass = signed(body_of(PASS, KEY_VERSION))
    both = PUBLIC_KEYS | {2: newer.public_key().public_bytes_raw()}
    assert read_pass(old_pass, both, verify_signature) == PASS
    assert read_pass(old_pass, {2: both[2]}, verify_signature) is PassFault.UNKNOWN_KEY


def test_a_key_version_cannot_be_exchanged_for_another_known_one() -> None:
    newer = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\1")
    both = PUBLIC_KEYS | {2: newer.public_key().public_bytes_raw()}
    body = body_of(PASS, KEY_VERSION)
    swapped = text_of(body[:1] + b"\2" + body[2:], KEY.sign(body))
    assert read_pass(swapped, both, verify_signature) is PassFault.FORGED


@pytest.mark.parametrize("version", [0, 2, 255])
def test_another_layout_is_no_pass_though_well_signed(version: int) -> None:
    body = bytes([version]) + body_of(PASS, KEY_VERSION)[1:]
    assert read(signed(body)) is PassFault.MALFORMED


@pytest.mark.parametrize("purpose", [0, 2, 255])
def test_another_purpose_is_no_pass_though_well_signed(purpose: int) -> None:
    body = body_of(PASS, KEY_VERSION)[: LAYOUT.size - 1] + bytes([purpose])
    assert read(signed(body)) is PassFault.MALFORMED


def test_a_pass_opens_its_own_site_only() -> None:
    assert fault_at(PASS, SITE, 0, NOW) is None
    assert fault_at(PASS, SiteId(UUID(int=8)), 0, NOW) is PassFault.WRONG_SITE


def test_a_pass_opens_the_gates_of_its_bitmap_only() -> None:
    opened = [bit for bit in range(40) if fault_at(PASS, SITE, bit, NOW) is None]
    assert opened == [0, 2]
    assert fault_at(replace(PASS, gates=0), SITE, 0, NOW) is PassFault.WRONG_GATE


@pytest.mark.parametrize(
    ("at", "fault"),
    [
        (NOW - SECOND, PassFault.NOT_YET),
        (NOW, None),
        (NOW + SECOND, None),
        (PASS.valid_until - SECOND, None),
        (PASS.valid_until, PassFault.OVER),
        (PASS.valid_until + SECOND, PassFault.OVER),
    ],
)
def test_a_pass_opens_within_its_window_only(at: datetime, fault: PassFault | None) -> None:
    assert fault_at(PASS, SITE, 0, at) is fault
