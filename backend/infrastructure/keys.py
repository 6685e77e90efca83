"""Keys by purpose and version, kept in `keys.toml`: never in the database or its backup."""

import base64
import json
import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path


class Purpose(Enum):
    FIELDS = "fields"
    LOOKUP = "lookup"
    PASSES = "passes"
    AUDIT = "audit"
    COOKIES = "cookies"
    BACKUP = "backup"


HOLDERS: Mapping[Purpose, str] = {
    Purpose.FIELDS: "operator; encrypts personal columns",
    Purpose.LOOKUP: "operator; keyed hashes of phone numbers and tokens",
    Purpose.PASSES: "operator; gates hold the public half only",
    Purpose.AUDIT: "operator; the police side holds the public half",
    Purpose.COOKIES: "operator; signs the portals' cookies",
    Purpose.BACKUP: "operator, off the machine; encrypts backups",
}

# A changed look-up key would orphan every stored hash, so it has a migration, not a rotation.
ROTATABLE = frozenset(Purpose) - {Purpose.LOOKUP}


class KeyMissing(Exception):
    """A key file, a purpose or a version that is not there; the message holds no key."""


class KeyRefused(Exception):
    """A rotation or retirement that would make data unreadable."""


@dataclass(frozen=True)
class Key:
    purpose: Purpose
    version: int
    """1 to 255: one byte in whatever the key made."""
    material: bytes
    """32 random bytes: an AES-256 or HMAC key, or an Ed25519 seed."""
    created_on: str


@dataclass(frozen=True)
class Keys:
    by_purpose: Mapping[Purpose, Mapping[int, Key]]

    def current(self, purpose: Purpose) -> Key:
        versions = self.by_purpose[purpose]
        return versions[max(versions)]

    def get(self, purpose: Purpose, version: int) -> Key:
        """Raises KeyMissing for a version that was retired or never existed."""
        try:
            return self.by_purpose[purpose][version]
        except KeyError:
            raise KeyMissing(f"{purpose.value} version {version}") from None

    def versions(self, purpose: Purpose) -> list[int]:
        return sorted(self.by_purpose[purpose])


def load_keys(path: Path) -> Keys:
    """Raises KeyMissing when the file or one purpose is absent; FileNotFoundError when there is no file."""
    document = tomllib.loads(path.read_text())
    loaded: dict[Purpose, dict[int, Key]] = {}
    for purpose in Purpose:
        entries = document.get(purpose.value, {}).get("keys", [])
        if not entries:
            raise KeyMissing(f"{path.name} has no key for {purpose.value}")
        loaded[purpose] = {e["version"]: _key(purpose, e) for e in entries}
    return Keys(loaded)


def _key(purpose: Purpose, entry: dict[str, object]) -> Key:
    material = base64.b64decode(str(entry["material"]))
    if len(material) != 32:
        raise KeyMissing(f"{purpose.value} version {entry['version']} is not 32 bytes")
    return Key(purpose, int(str(entry["version"])), material, str(entry["created_on"]))


def create_keys(path: Path, now: datetime) -> None:
    """Writes a fresh file with mode 0600; does nothing where one exists, so that no key is ever lost."""
    if path.exists():
        return
    fresh = {p: {1: _fresh(p, 1, now)} for p in Purpose}
    _write(path, Keys(fresh))


def rotate(path: Path, purpose: Purpose, now: datetime) -> Key:
    """Adds the next version; older ones stay readable until `retire`. Raises KeyRefused."""
    if purpose not in ROTATABLE:
        raise KeyRefused(f"{purpose.value} cannot be rotated: every stored hash was made with it")
    keys = load_keys(path)
    version = max(keys.versions(purpose)) + 1
    if version > 255:
        raise KeyRefused(f"{purpose.value} has used its 255 versions")
    key = _fresh(purpose, version, now)
    _write(path, Keys({**keys.by_purpose, purpose: {**keys.by_purpose[purpose], version: key}}))
    return key


def retire(path: Path, purpose: Purpose, version: int) -> None:
    """Forgets one old version for good; whether anything still needs it is the caller's to find out.

    Raises KeyRefused for the current version, KeyMissing for one that does not exist.
    """
    keys = load_keys(path)
    if keys.get(purpose, version) == keys.current(purpose):
        raise KeyRefused("the current version cannot be retired; rotate first")
    kept = {v: k for v, k in keys.by_purpose[purpose].items() if v != version}
    _write(path, Keys({**keys.by_purpose, purpose: kept}))


def _fresh(purpose: Purpose, version: int, now: datetime) -> Key:
    return Key(purpose, version, secrets.token_bytes(32), now.date().isoformat())


def _write(path: Path, keys: Keys) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(_document(keys))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _document(keys: Keys) -> str:
    lines = ["# Keep this file apart from the database and its backups. Rotate: flask keys rotate PURPOSE"]
    for purpose, versions in keys.by_purpose.items():
        lines += ["", f"[{purpose.value}]", f"holder = {json.dumps(HOLDERS[purpose])}"]
        for version in sorted(versions):
            key = versions[version]
            lines += [
                f"[[{purpose.value}.keys]]",
                f"version = {version}",
                f'created_on = "{key.created_on}"',
                f'material = "{base64.b64encode(key.material).decode()}"',
            ]
    return "\n".join(lines) + "\n"
