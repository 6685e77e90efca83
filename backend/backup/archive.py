"""What is inside a backup: a tar stream of parts, and last a manifest that says what they should have been.

Parts are `database/000001`, … (pieces of one `pg_dump` in custom format, itself compressed) and `media/ab/ab12…`.
Nothing is held in memory but one part, and nothing plain is ever written to a disk.
"""

import hashlib
import json
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from backend.backup.errors import BackupUnreadable
from backend.backup.stream import CHUNK_BYTES, OpeningReader, SealingWriter
from backend.infrastructure.keys import Keys

MANIFEST = "manifest.json"
DATABASE = "database/"
MEDIA = "media/"


@dataclass(frozen=True)
class Manifest:
    version: str
    """Of the program that made it."""
    revision: str
    """Of the schema."""
    created_at: str
    owner_role: str
    app_role: str
    tables: Mapping[str, int]
    """Rows of each table in the snapshot."""
    media_missing: list[str]
    """Deleted after its term while the backup was made, or lost before."""
    parts: Mapping[str, str]
    """SHA-256 of each part, in hexadecimal."""


class ArchiveWriter:
    def __init__(self, target: SealingWriter) -> None:
        self._tar = tarfile.open(fileobj=target, mode="w|", format=tarfile.PAX_FORMAT)  # type: ignore[call-overload]  # noqa: SIM115
        self.parts: dict[str, str] = {}

    def add(self, name: str, body: bytes) -> None:
        self._write(name, body)
        self.parts[name] = hashlib.sha256(body).hexdigest()

    def finish(self, manifest: Manifest) -> None:
        self._write(MANIFEST, json.dumps(asdict(manifest)).encode())
        self._tar.close()

    def _write(self, name: str, body: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size = len(body)
        self._tar.addfile(entry, BytesIO(body))


def read_archive(path: Path, keys: Keys, take: Callable[[str, bytes], None]) -> Manifest:
    """Hands every part to `take` in order. Raises BackupUnreadable unless the file is whole to its last byte."""
    with path.open("rb") as file:
        reader = OpeningReader(file, keys)
        found, manifest = _read_parts(reader, take)
        while reader.read(CHUNK_BYTES):  # the padding behind the last part is authenticated, too
            pass
    if manifest is None or found != manifest.parts:
        raise BackupUnreadable("the parts are not those that the manifest names")
    return manifest


def _read_parts(reader: OpeningReader, take: Callable[[str, bytes], None]) -> tuple[dict[str, str], Manifest | None]:
    found: dict[str, str] = {}
    manifest = None
    with tarfile.open(fileobj=reader, mode="r|") as tar:  # type: ignore[call-overload]
        for entry in tar:
            body = _body(tar, entry)
            if entry.name == MANIFEST:
                manifest = Manifest(**json.loads(body))
            else:
                found[entry.name] = hashlib.sha256(body).hexdigest()
                take(entry.name, body)
    return found, manifest


def _body(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    content: Any = tar.extractfile(entry)
    if content is None:
        raise BackupUnreadable("a part is not a plain file")
    return bytes(content.read())
