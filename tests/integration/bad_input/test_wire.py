"""What only shows on the wire, against the web server itself: lies about lengths, chunks, compressed bodies."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from backend.infrastructure.http.platform import Platform
from backend.supervisor.postgres import PostgresServer
from backend.supervisor.processes import GUNICORN
from tests.builders.bad_images import plain_jpeg
from tests.integration.device_api.ledger import nothing_changes
from tests.integration.device_api.terminal import Lane

MIB = 1024 * 1024


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    @property
    def code(self) -> str:
        return str(json.loads(self.body)["code"])


@dataclass(frozen=True)
class Wire:
    """Raw HTTP/1.1 to the server; what is said is sent to the letter."""

    port: int
    token: str

    def say(self, path: str, *headers: str, body: bytes = b"", content_type: str = "image/jpeg") -> Answer:
        head = [f"POST {path} HTTP/1.1", "Host: device.localhost", f"Authorization: Bearer {self.token}"]
        head += [f"Content-Type: {content_type}", "Connection: close", *headers, "", ""]
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall("\r\n".join(head).encode())
            try:
                connection.sendall(body)
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # answered and closed before the end: allowed for a body that is too large
            return _read(connection)


def _read(connection: socket.socket) -> Answer:
    received = b""
    while part := connection.recv(65536):
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    while head.startswith(b"HTTP/1.1 100"):
        head, _, body = body.partition(b"\r\n\r\n")
    return Answer(int(head.split()[1]), body)


def chunked(body: bytes, size: int = 64 * 1024) -> bytes:
    parts = (body[at : at + size] for at in range(0, len(body), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@pytest.fixture
def wire(platform: Platform, postgres: PostgresServer, lane: Lane) -> Iterator[Wire]:
    """gunicorn with the product's own options on a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": postgres.app_url,
        "REDIS_URL": platform.settings.redis_url,
        "STATE_DIR": str(platform.settings.state_dir),
        "KEYS_FILE": str(platform.settings.keys_file),
    }
    command = [sys.executable, "-m", "gunicorn", "wsgi:application", "--bind", f"127.0.0.1:{port}", *GUNICORN]
    server = subprocess.Popen(
        [*command, "--workers", "1", "--threads", "4"], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        _await(port)
        yield Wire(port, lane.entry.token)
    finally:
        server.terminate()
        server.wait(20)


def _await(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("the web server did not start")


def test_a_body_is_taken_by_its_length_or_in_chunks_and_refused_beyond_the_limit(
    platform: Platform, wire: Wire
) -> None:
    small, large = plain_jpeg(), plain_jpeg().ljust(9 * MIB, b"\0")
    assert wire.say("/v1/media", f"Content-Length: {len(small)}", body=small).status == 201
    assert wire.say("/v1/media", "Transfer-Encoding: chunked", body=chunked(small)).status == 201
    five = small.ljust(5 * MIB, b"\0")
    assert wire.say("/v1/media", f"Content-Length: {len(five)}", body=five).status == 201
    with nothing_changes(platform):
        refused = wire.say("/v1/media", "Transfer-Encoding: chunked", body=chunked(large))
        assert (refused.status, refused.code) == (413, "body_too_large")
        refused = wire.say("/v1/media", f"Content-Length: {len(large)}")
        assert (refused.status, refused.code) == (413, "body_too_large")


def test_lies_about_the_length_change_nothing(platform: Platform, wire: Wire) -> None:
    picture = plain_jpeg()
    with nothing_changes(platform):
        short = wire.say("/v1/media", f"Content-Length: {len(picture) - 40}", body=picture)
        assert (short.status, short.code) == (422, "image_truncated")
        long = wire.say("/v1/media", f"Content-Length: {len(picture) + 40}", body=picture)
        assert long.status == 400
        for lie in ("Content-Length: -1", "Content-Length: 1e3", "Content-Length: 0x10"):
            assert wire.say("/v1/media", lie, body=picture).status == 400
        smuggled = wire.say("/v1/media", "Content-Length: 4", "Transfer-Encoding: chunked", body=chunked(picture))
        assert smuggled.status in (400, 422)
        assert wire.say("/v1/media", "Transfer-Encoding: chunked", body=b"zz\r\nnonsense").status == 400


def test_who_asks_before_sending_is_told_to_go_on(wire: Wire) -> None:
    picture = plain_jpeg()
    answer = wire.say("/v1/media", f"Content-Length: {len(picture)}", "Expect: 100-continue", body=picture)
    assert answer.status == 201
