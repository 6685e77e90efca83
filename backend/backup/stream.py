"""Encryption of a stream of any length in bounded memory.

A file is a header (magic, key version, 32 bytes salt) and chunks of one mebibyte, each AES-256-GCM under a key of this
file's own (HKDF-SHA256 of the backup key and the salt). The nonce is the chunk's number and whether it is the last: no
chunk can be changed, dropped, repeated or moved, and no file cut short, without notice. The construction is STREAM
(Hoang, Reyhanitabar, Rogaway, Vizár 2015).
"""

import os
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend.backup.errors import BackupUnreadable
from backend.infrastructure.keys import Key, KeyMissing, Keys, Purpose

MAGIC = b"anlin-backup-1\n"
SALT_BYTES = 32
HEADER_BYTES = len(MAGIC) + 1 + SALT_BYTES
CHUNK_BYTES = 1 << 20
TAG_BYTES = 16


def _cipher(key: Key, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"anlin-backup:1").derive(key.material))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class SealingWriter:
    """Takes plain bytes through `write`; nothing is whole before `finish`."""

    def __init__(self, target: IO[bytes], key: Key) -> None:
        salt = os.urandom(SALT_BYTES)
        self._header = MAGIC + bytes([key.version]) + salt
        self._cipher = _cipher(key, salt)
        self._target = target
        self._waiting = bytearray()
        self._number = 0
        target.write(self._header)

    def write(self, plain: bytes) -> int:
        self._waiting += plain
        # One chunk stays behind: the last one is marked as such, and only `finish` knows which that is.
        while len(self._waiting) > CHUNK_BYTES:
            self._seal(bytes(self._waiting[:CHUNK_BYTES]), last=False)
            del self._waiting[:CHUNK_BYTES]
        return len(plain)

    def finish(self) -> None:
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, plain: bytes, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, last), plain, self._header))
        self._number += 1


class OpeningReader:
    """Gives the plain bytes through `read`; whatever it gives was authenticated. Raises BackupUnreadable."""

    def __init__(self, source: IO[bytes], keys: Keys) -> None:
        self._header = source.read(HEADER_BYTES)
        if len(self._header) < HEADER_BYTES or not self._header.startswith(MAGIC):
            raise BackupUnreadable("this file is not a backup of Anlin")
        self._cipher = _cipher(_key(keys, self._header[len(MAGIC)]), self._header[-SALT_BYTES:])
        self._source = source
        self._ahead = source.read(CHUNK_BYTES + TAG_BYTES)
        self._plain = bytearray()
        self._number = 0
        self._ended = False

    def read(self, size: int) -> bytes:
        while len(self._plain) < size and not self._ended:
            self._open_next()
        found = bytes(self._plain[:size])
        del self._plain[:size]
        return found

    def _open_next(self) -> None:
        sealed, self._ahead = self._ahead, self._source.read(CHUNK_BYTES + TAG_BYTES)
        self._ended = not self._ahead
        try:
            self._plain += self._cipher.decrypt(_nonce(self._number, self._ended), sealed, self._header)
        except InvalidTag:
            raise BackupUnreadable("the backup was changed or cut short, or keys.toml has another backup key") from None
        self._number += 1


def _key(keys: Keys, version: int) -> Key:
    try:
        return keys.get(Purpose.BACKUP, version)
    except KeyMissing:
        raise BackupUnreadable(f"keys.toml has no backup key of version {version}; fetch the file it had") from None
