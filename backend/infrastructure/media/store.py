"""Where bytes live: a folder or an S3-compatible bucket, behind three operations.

Names are random; the hash is a column of whoever owns the bytes. No de-duplication across owners: it would
let one owner learn what another has.
"""

import os
import secrets
from io import BytesIO
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlparse

from minio import Minio
from minio.error import S3Error


class MediaMissing(Exception):
    """No bytes under that name: deleted after their term, or never stored."""


class MediaStore(Protocol):
    def put(self, body: bytes, content_type: str) -> str:
        """Stores and returns the random name; the bytes are on disk when it returns."""
        ...

    def get(self, name: str) -> bytes:
        """Raises MediaMissing."""
        ...

    def delete(self, name: str) -> None:
        """Does nothing for a name that is gone."""
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
        target = self._path(name)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = target.with_suffix(".part")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
        return name

    def get(self, name: str) -> bytes:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            raise MediaMissing(name) from None

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def writable(self) -> bool:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.access(self._folder, os.W_OK)

    def _path(self, name: str) -> Path:
        shard, _, token = name.partition("/")
        if not (len(shard) == 2 and len(token) == 32 and f"{shard}{token}".isalnum()):
            raise MediaMissing("not a media name")
        return self._folder / shard / token


class S3Store:
    def __init__(self, client: Minio, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, body: bytes, content_type: str) -> str:
        name = new_name()
        self._client.put_object(self._bucket, name, BytesIO(body), len(body), content_type)
        return name

    def get(self, name: str) -> bytes:
        try:
            response = self._client.get_object(self._bucket, name)
        except S3Error as failure:
            if failure.code == "NoSuchKey":
                raise MediaMissing(name) from None
            raise
        try:
            return bytes(response.read())
        finally:
            response.close()
            response.release_conn()

    def delete(self, name: str) -> None:
        self._client.remove_object(self._bucket, name)

    def writable(self) -> bool:
        return bool(self._client.bucket_exists(self._bucket))


def open_store(url: str) -> MediaStore:
    """`file:///folder`, or `s3://key:secret@host:port/bucket?secure=0&region=…`. Raises ValueError otherwise."""
    parts = urlparse(url)
    if parts.scheme == "file":
        return FolderStore(Path(unquote(parts.path)))
    if parts.scheme == "s3" and parts.hostname:
        options = parse_qs(parts.query)
        client = Minio(
            endpoint=f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname,
            access_key=unquote(parts.username or ""),
            secret_key=unquote(parts.password or ""),
            secure=options.get("secure", ["1"])[0] != "0",
            region=options.get("region", ["us-east-1"])[0],
        )
        return S3Store(client, parts.path.strip("/"))
    raise ValueError("MEDIA_URL must begin with file:/// or s3://")
