"""One contract for both places where pictures may live: a folder, and an S3-compatible bucket."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from minio import Minio
from moto.server import ThreadedMotoServer

from backend.infrastructure.media.store import MediaMissing, MediaStore, open_store


@pytest.fixture(scope="module")
def bucket_url() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    Minio(f"{host}:{port}", "key", "secret", secure=False, region="us-east-1").make_bucket("media")
    yield f"s3://key:secret@{host}:{port}/media?secure=0"
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> MediaStore:
    if request.param == "folder":
        return open_store(f"file://{tmp_path}/媒体 files")
    return open_store(request.getfixturevalue("bucket_url"))


def test_bytes_come_back_as_they_went_in(store: MediaStore) -> None:
    body = bytes(range(256)) * 1000
    assert store.get(store.put(body, "image/jpeg")) == body


def test_the_same_bytes_twice_are_two_objects(store: MediaStore) -> None:
    """De-duplication would tell one owner what another has."""
    first, second = store.put(b"photo", "image/jpeg"), store.put(b"photo", "image/jpeg")
    store.delete(first)
    assert store.get(second) == b"photo"


def test_deleted_bytes_are_gone_and_may_be_deleted_again(store: MediaStore) -> None:
    name = store.put(b"photo", "image/jpeg")
    store.delete(name)
    store.delete(name)
    with pytest.raises(MediaMissing):
        store.get(name)


def test_what_is_stored_is_named_with_its_age_in_mind(store: MediaStore) -> None:
    name, now = store.put(b"photo", "image/jpeg"), datetime.now(UTC)
    assert name in set(store.names(now + timedelta(minutes=1)))
    assert name not in set(store.names(now - timedelta(minutes=1)))


def test_a_store_that_works_says_so(store: MediaStore) -> None:
    assert store.writable()


@pytest.mark.parametrize("name", ["../../etc/passwd", "ab/../../x", "/etc/passwd", "ab/" + "." * 32, ""])
def test_a_folder_gives_nothing_outside_itself(tmp_path: Path, name: str) -> None:
    with pytest.raises(MediaMissing):
        open_store(f"file://{tmp_path}").get(name)
