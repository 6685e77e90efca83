"""The one interface to cryptography, so that an SM2/SM3/SM4 module can take its place.

Sealed form: one byte key version, 12 bytes nonce, AES-256-GCM ciphertext with its 16-byte tag.
"""

import hashlib
import hmac
import os
from collections.abc import Callable, Iterable
from typing import Protocol

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from backend.infrastructure.keys import KeyMissing, Keys, Purpose

NONCE_BYTES = 12
_HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class Unreadable(Exception):
    """Sealed bytes that were changed, belong elsewhere, or whose key is gone."""


class Crypto(Protocol):
    def seal(self, plain: bytes, context: bytes) -> bytes: ...
    def open(self, sealed: bytes, context: bytes) -> bytes: ...
    def sealed_version(self, sealed: bytes) -> int: ...
    def look_up_hash(self, value: str, context: str) -> bytes: ...
    def look_up_hashes(self, values: Iterable[str], context: str) -> list[bytes]: ...
    def derive(self, purpose: Purpose, label: str) -> bytes: ...
    def sign(self, purpose: Purpose, message: bytes) -> tuple[int, bytes]: ...
    def verify(self, purpose: Purpose, version: int, message: bytes, signature: bytes) -> bool: ...
    def public_keys(self, purpose: Purpose) -> dict[int, bytes]: ...


class StandardCrypto:
    """AES-256-GCM, HMAC-SHA-256, Ed25519."""

    def __init__(self, current_keys: Callable[[], Keys]) -> None:
        self._keys = current_keys

    def seal(self, plain: bytes, context: bytes) -> bytes:
        key = self._keys().current(Purpose.FIELDS)
        nonce = os.urandom(NONCE_BYTES)
        return bytes([key.version]) + nonce + AESGCM(key.material).encrypt(nonce, plain, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """`context` is the column's name: a value copied to another column does not open. Raises Unreadable."""
        try:
            key = self._keys().get(Purpose.FIELDS, sealed[0])
            nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
            return AESGCM(key.material).decrypt(nonce, body, context)
        except (InvalidTag, KeyMissing, IndexError, ValueError) as failure:
            raise Unreadable(type(failure).__name__) from None

    def sealed_version(self, sealed: bytes) -> int:
        return sealed[0]

    def look_up_hash(self, value: str, context: str) -> bytes:
        """32 bytes by which a secret or a phone number is found again without being stored."""
        return self.look_up_hashes([value], context)[0]

    def look_up_hashes(self, values: Iterable[str], context: str) -> list[bytes]:
        """As `look_up_hash`, for many: the key is asked for once."""
        key = self._keys().current(Purpose.LOOKUP).material
        return [hmac.digest(key, f"{context}\0{value}".encode(), "sha256") for value in values]

    def derive(self, purpose: Purpose, label: str) -> bytes:
        """32 bytes for one use of a purpose's current key: a portal's cookie secret."""
        return hmac.digest(self._keys().current(purpose).material, label.encode(), "sha256")

    def sign(self, purpose: Purpose, message: bytes) -> tuple[int, bytes]:
        """The key's version and 64 bytes of Ed25519."""
        key = self._keys().current(purpose)
        return key.version, Ed25519PrivateKey.from_private_bytes(key.material).sign(message)

    def verify(self, purpose: Purpose, version: int, message: bytes, signature: bytes) -> bool:
        public = self.public_keys(purpose).get(version)
        return public is not None and verify_signature(public, message, signature)

    def public_keys(self, purpose: Purpose) -> dict[int, bytes]:
        keys = self._keys()
        return {v: _public_half(keys.get(purpose, v).material) for v in keys.versions(purpose)}


def _public_half(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def verify_signature(public_key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def seal_to(public_key: bytes, plain: bytes, context: bytes) -> bytes:
    """Readable for the holder of an X25519 key alone: HPKE (RFC 9180), base mode, `context` its info.

    Raises ValueError for 32 bytes that are no usable key.
    """
    return _HPKE.encrypt(plain, X25519PublicKey.from_public_bytes(public_key), info=context)


def open_sealed(private_key: bytes, sealed: bytes, context: bytes) -> bytes | None:
    """None for what was sealed to another key or with another context, or was changed since."""
    try:
        return _HPKE.decrypt(sealed, X25519PrivateKey.from_private_bytes(private_key), info=context)
    except (InvalidTag, ValueError):
        return None


def digest(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()
