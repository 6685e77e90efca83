"""One supervisor for each state folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.supervisor.errors import AlreadyRunning

LOCK_NAME = "supervisor.lock"


@contextmanager
def exclusive(state_dir: Path) -> Iterator[None]:
    """Hold the state folder; the kernel lets go of it even after kill -9.

    Raises AlreadyRunning, which names the holder.
    """
    state_dir.mkdir(mode=0o755, parents=True, exist_ok=True)
    descriptor = os.open(state_dir / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o644)
    with os.fdopen(descriptor, "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(int(file.read() or 0)) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def holder(state_dir: Path) -> int | None:
    """The process id of the supervisor that holds the folder, if one does."""
    if not (state_dir / LOCK_NAME).exists():
        return None
    try:
        with exclusive(state_dir):
            return None
    except AlreadyRunning as running:
        return running.pid
