"""An S3-compatible bucket; imported only where MEDIA_URL names one."""

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from urllib.parse import ParseResult, parse_qs, unquote

from minio import Minio
from minio.error import S3Error

from backend.infrastructure.media.store import MediaMissing, new_name


class S3Store:
    def __init__(self, client: Minio, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, body: bytes, content_type: str) -> str:
        name = new_name()
        self._write(name, body, content_type)
        return name

    def put_back(self, name: str, body: bytes) -> None:
        self._write(name, body, "application/octet-stream")

    def _write(self, name: str, body: bytes, content_type: str) -> None:
        self._client.put_object(self._bucket, name, BytesIO(body), len(body), content_type)

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

    def names(self, stored_before: datetime) -> Iterator[str]:
        for found in self._client.list_objects(self._bucket, recursive=True):
            if found.object_name and found.last_modified and found.last_modified < stored_before:
                yield found.object_name

    def writable(self) -> bool:
        return bool(self._client.bucket_exists(self._bucket))


def open_s3(parts: ParseResult) -> S3Store:
    """`s3://key:secret@host:port/bucket?secure=0&region=…`"""
    options = parse_qs(parts.query)
    client = Minio(
        endpoint=f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname),
        access_key=unquote(parts.username or ""),
        secret_key=unquote(parts.password or ""),
        secure=options.get("secure", ["1"])[0] != "0",
        region=options.get("region", ["us-east-1"])[0],
    )
    return S3Store(client, parts.path.strip("/"))
