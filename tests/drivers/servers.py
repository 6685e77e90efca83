"""Real PostgreSQL and Redis for tests, out of the wheels, gone with the `with` block."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.supervisor.postgres import PostgresServer
from backend.supervisor.redis_server import RedisServer


@contextmanager
def embedded_postgres(state_dir: Path, *, fsync: bool = False) -> Iterator[PostgresServer]:
    """A started PostgreSQL of its own for `state_dir`."""
    server = PostgresServer(state_dir, fsync=fsync, output=subprocess.DEVNULL)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        discard(server)


@contextmanager
def embedded_redis(state_dir: Path) -> Iterator[RedisServer]:
    """A started Redis of its own for `state_dir`."""
    server = RedisServer(state_dir, output=subprocess.DEVNULL)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        discard(server)


def discard(server: PostgresServer | RedisServer) -> None:
    """Remove a stopped server's data, and with the last one what the servers keep outside `state_dir`."""
    shutil.rmtree(server.data, ignore_errors=True)
    layout = server.layout
    if any((layout.home / name).exists() for name in (PostgresServer.name, RedisServer.name)):
        return
    shutil.rmtree(layout.sockets, ignore_errors=True)
    if layout.home != layout.state_dir:
        shutil.rmtree(layout.home, ignore_errors=True)
