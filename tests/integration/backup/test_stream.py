"""The encrypted stream: whole, or refused."""

import io
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.backup.errors import BackupUnreadable
from backend.backup.stream import CHUNK_BYTES, HEADER_BYTES, TAG_BYTES, OpeningReader, SealingWriter
from backend.infrastructure.keys import Key, Keys, Purpose

KEY = Key(Purpose.BACKUP, 1, bytes(range(32)), "2026-11-22")
OTHER = Key(Purpose.BACKUP, 1, bytes(32), "2026-11-22")
SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES


def sealed(plain: bytes, key: Key = KEY) -> bytes:
    target = io.BytesIO()
    writer = SealingWriter(target, key)
    writer.write(plain)
    writer.finish()
    return target.getvalue()


def opened(content: bytes, key: Key = KEY) -> bytes:
    reader = OpeningReader(io.BytesIO(content), Keys({Purpose.BACKUP: {key.version: key}}))
    pieces = []
    while piece := reader.read(100_000):
        pieces.append(piece)
    return b"".join(pieces)


PLAIN = bytes(range(256)) * 10_000  # three chunks, the last one partly filled
CONTENT = sealed(PLAIN)


@given(st.integers(-2, 2), st.integers(0, 2))
def test_every_length_comes_back(around: int, chunks: int) -> None:
    plain = b"x" * max(0, chunks * CHUNK_BYTES + around)
    assert opened(sealed(plain)) == plain


def flipped(place: int) -> Callable[[bytes], bytes]:
    def damage(content: bytes) -> bytes:
        at = place % len(content)
        return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]

    return damage


def chunk(content: bytes, number: int) -> bytes:
    start = HEADER_BYTES + number * SEALED_CHUNK
    return content[start : start + SEALED_CHUNK]


DAMAGE: Mapping[str, Callable[[bytes], bytes]] = {
    "a byte of the magic": flipped(3),
    "the key's version": flipped(15),
    "a byte of the salt": flipped(20),
    "a byte of the first chunk": flipped(HEADER_BYTES),
    "a byte in the middle": flipped(SEALED_CHUNK + 99),
    "the last byte": flipped(-1),
    "one byte less": lambda content: content[:-1],
    "cut in the header": lambda content: content[:20],
    "cut behind the header": lambda content: content[:HEADER_BYTES],
    "cut between two chunks": lambda content: content[: HEADER_BYTES + 2 * SEALED_CHUNK],
    "a chunk left out": lambda content: content[:HEADER_BYTES] + content[HEADER_BYTES + SEALED_CHUNK :],
    "two chunks swapped": lambda content: (
        content[:HEADER_BYTES] + chunk(content, 1) + chunk(content, 0) + content[HEADER_BYTES + 2 * SEALED_CHUNK :]
    ),
    "a chunk twice": lambda content: content[: HEADER_BYTES + SEALED_CHUNK] + content[HEADER_BYTES:],
    "more behind it": lambda content: content + b"\0",
    "another file's last chunk": lambda content: content[: HEADER_BYTES + 2 * SEALED_CHUNK] + chunk(sealed(PLAIN), 2),
    "nothing at all": lambda content: b"",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_stream_is_refused(damage: Callable[[bytes], bytes]) -> None:
    with pytest.raises(BackupUnreadable):
        opened(damage(CONTENT))


def test_another_key_opens_nothing() -> None:
    with pytest.raises(BackupUnreadable, match="another backup key"):
        opened(CONTENT, OTHER)


def test_two_files_of_one_content_differ() -> None:
    assert sealed(PLAIN)[HEADER_BYTES:] != CONTENT[HEADER_BYTES:]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    tracemalloc.start()
    with (tmp_path / "big").open("wb") as file:
        writer = SealingWriter(file, KEY)
        for _ in range(64):
            writer.write(bytes(CHUNK_BYTES))
        writer.finish()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (tmp_path / "big").stat().st_size > 64 * CHUNK_BYTES
    assert peak < 8 * CHUNK_BYTES
