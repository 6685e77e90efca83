"""`python -m tests.integration.supervisor.start_times`: how fast the embedded servers start, in seconds."""

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from backend.supervisor.postgres import PostgresServer
from backend.supervisor.redis_server import RedisServer
from tests.drivers.servers import discard


def seconds(action: Callable[[], object]) -> float:
    """How long the action takes."""
    begun = time.monotonic()
    action()
    return time.monotonic() - begun


def figures(state_dir: Path) -> Iterator[tuple[str, float]]:
    """Name and seconds of each measurement, fsync on as in `make run`."""
    for kind in (PostgresServer, RedisServer):
        server = kind(state_dir, output=subprocess.DEVNULL)
        yield f"{server.name}_first_start", seconds(server.start)
        yield f"{server.name}_stop", seconds(server.stop)
        yield f"{server.name}_second_start", seconds(server.start)
        server.kill()
        yield f"{server.name}_start_after_kill", seconds(server.start)
        server.stop()
        discard(server)


def main() -> None:
    """Print the figures of one run in a folder that is removed afterwards."""
    with TemporaryDirectory() as folder:
        for name, value in figures(Path(folder) / "var"):
            print(f"{name} {value:.3f} s")


if __name__ == "__main__":
    main()
