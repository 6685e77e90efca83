import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.infrastructure.crypto import StandardCrypto, Unreadable
from backend.infrastructure.keys import KeyRefused, Purpose, create_keys, load_keys, retire, rotate

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "keys.toml"
    create_keys(path, NOW)
    return path


def crypto_of(path: Path) -> StandardCrypto:
    return StandardCrypto(lambda: load_keys(path))


def test_only_its_owner_may_read_the_key_file(key_file: Path) -> None:
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600


def test_creating_keys_twice_loses_none(key_file: Path) -> None:
    before = key_file.read_bytes()
    create_keys(key_file, NOW)
    assert key_file.read_bytes() == before


def test_every_purpose_has_a_key_of_its_own(key_file: Path) -> None:
    keys = load_keys(key_file)
    assert len({keys.current(purpose).material for purpose in Purpose}) == len(Purpose)


def test_what_was_sealed_opens_again_and_only_in_its_own_column(key_file: Path) -> None:
    crypto = crypto_of(key_file)
    sealed = crypto.seal("王小明".encode(), b"person.name")
    assert crypto.open(sealed, b"person.name").decode() == "王小明"
    with pytest.raises(Unreadable):
        crypto.open(sealed, b"person.phone")


def test_sealing_twice_gives_different_bytes(key_file: Path) -> None:
    crypto = crypto_of(key_file)
    assert crypto.seal(b"same", b"c") != crypto.seal(b"same", b"c")


def test_old_data_stays_readable_through_a_rotation_until_the_old_key_is_retired(key_file: Path) -> None:
    old = crypto_of(key_file).seal(b"old", b"c")
    rotate(key_file, Purpose.FIELDS, NOW)
    new = crypto_of(key_file).seal(b"new", b"c")
    assert (old[0], new[0]) == (1, 2)
    assert crypto_of(key_file).open(old, b"c") == b"old"
    retire(key_file, Purpose.FIELDS, 1)
    with pytest.raises(Unreadable):
        crypto_of(key_file).open(old, b"c")
    assert crypto_of(key_file).open(new, b"c") == b"new"


def test_the_current_key_cannot_be_retired(key_file: Path) -> None:
    with pytest.raises(KeyRefused):
        retire(key_file, Purpose.FIELDS, 1)


@given(position=st.integers(0, 40), bit=st.integers(0, 7))
def test_any_flipped_bit_makes_sealed_bytes_unreadable(
    position: int, bit: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("keys") / "keys.toml"
    create_keys(path, NOW)
    sealed = bytearray(crypto_of(path).seal(b"0123456789ab", b"c"))
    sealed[position % len(sealed)] ^= 1 << bit
    with pytest.raises(Unreadable):
        crypto_of(path).open(bytes(sealed), b"c")


@given(garbage=st.binary(max_size=40))
def test_garbage_is_unreadable_and_nothing_worse(garbage: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("keys") / "keys.toml"
    create_keys(path, NOW)
    with pytest.raises(Unreadable):
        crypto_of(path).open(garbage, b"c")


def test_a_signature_holds_for_its_message_and_purpose_only(key_file: Path) -> None:
    crypto = crypto_of(key_file)
    version, signature = crypto.sign(Purpose.PASSES, b"message")
    assert crypto.verify(Purpose.PASSES, version, b"message", signature)
    assert not crypto.verify(Purpose.PASSES, version, b"massage", signature)
    assert not crypto.verify(Purpose.AUDIT, version, b"message", signature)
    assert not crypto.verify(Purpose.PASSES, version + 1, b"message", signature)


def test_a_look_up_hash_depends_on_value_context_and_installation(key_file: Path, tmp_path: Path) -> None:
    crypto = crypto_of(key_file)
    assert crypto.look_up_hash("a", "phone") == crypto.look_up_hash("a", "phone")
    assert crypto.look_up_hash("a", "phone") != crypto.look_up_hash("a", "token")
    other = tmp_path / "other.toml"
    create_keys(other, NOW)
    assert crypto_of(other).look_up_hash("a", "phone") != crypto.look_up_hash("a", "phone")
