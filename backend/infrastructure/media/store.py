"""Where bytes live: a folder or an S3-compatible bucket, behind a few operations.

Names are random; the hash is a column of whoever owns the bytes. No de-duplication across owners: it would
let one owner learn what another has.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlparse


class MediaMissing(LookupError):
    """No bytes under that name: deleted after their term, or never stored."""


class MediaStore(Protocol):
    def put(self, body: bytes, content_type: str) -> str:
        """Stores and returns the random name; the bytes are on disk when it returns."""
        ...

    def put_back(self, name: str, body: bytes) -> None:
        """Stores under a name of before: for a restored backup, and nothing else."""
        ...

    def get(self, name: str) -> bytes:
        """Raises MediaMissing."""
        ...

    def delete(self, name: str) -> None:
        """Does nothing for a name that is gone."""
        ...

    def names(self, stored_before: datetime) -> Iterator[str]:
        """Every name whose bytes were stored before; in no order, and some may be gone when one looks."""
        ...

    def writable(self) -> bool: ...


def new_name() -> str:
    token = secrets.token_hex(16)
    return f"{token[:2]}/{token}"


class FolderStore:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, body: bytes, content_type: str) -> str:
        name = new_name()
        self.put_back(name, body)
        return name

    def put_back(self, name: str, body: bytes) -> None:
        # Straight to its name, which nobody knows yet: with the file, fsync keeps its entry in the folder.
        target = self._path(name)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())

    def get(self, name: str) -> bytes:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            raise MediaMissing(name) from None

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def names(self, stored_before: datetime) -> Iterator[str]:
        for path in self._folder.glob("??/" + "?" * 32):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < stored_before.timestamp():
                    yield f"{path.parent.name}/{path.name}"

    def writable(self) -> bool:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.access(self._folder, os.W_OK)

    def _path(self, name: str) -> Path:
        shard, _, token = name.partition("/")
        if not (len(shard) == 2 and len(token) == 32 and f"{shard}{token}".isalnum()):
            raise MediaMissing("not a media name")
        return self._folder / shard / token


def open_store(url: str) -> MediaStore:
    """`file:///folder`, or `s3://key:secret@host:port/bucket?secure=0&region=…`. Raises ValueError otherwise."""
    parts = urlparse(url)
    if parts.scheme == "file":
        return FolderStore(Path(unquote(parts.path)))
    if parts.scheme == "s3" and parts.hostname:
        # By name: a client that most installations never use would cost each process half a second at its start.
        store: MediaStore = import_module("backend.infrastructure.media.s3").open_s3(parts)
        return store
    raise ValueError("MEDIA_URL must begin with file:/// or s3://")
