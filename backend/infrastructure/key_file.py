"""The keys of this process, read again when the file changes: a rotation needs no restart.

The file is looked at for every use (a `stat` costs a microsecond): what another process sealed with a new version
is readable here at once, since that version was in the file before anything was sealed with it.
"""

import threading
from pathlib import Path

from backend.infrastructure.keys import Keys, load_keys

Stamp = tuple[int, int]


class KeyFile:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._stamp = _stamp(path)
        self._keys = load_keys(path)

    def current(self) -> Keys:
        """What the file holds now; what it held last while it is away."""
        if _stamp(self._path) not in (self._stamp, None):
            self._reload()
        return self._keys

    def _reload(self) -> None:
        with self._lock:
            stamp = _stamp(self._path)
            if stamp not in (self._stamp, None):
                self._keys, self._stamp = load_keys(self._path), stamp


def _stamp(path: Path) -> Stamp | None:
    """Changes with every write: the file is replaced as a whole, so it is another inode. None: it is not there."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns
