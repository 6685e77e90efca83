"""The keys of this process, read again when the file changes: a rotation needs no restart."""

import threading
import time
from pathlib import Path

from backend.infrastructure.keys import Keys, load_keys

LOOK_EVERY_SECONDS = 2.0


class KeyFile:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._stamp = path.stat().st_mtime_ns
        self._keys = load_keys(path)
        self._looked = time.monotonic()

    def current(self) -> Keys:
        if time.monotonic() - self._looked > LOOK_EVERY_SECONDS:
            self._reload()
        return self._keys

    def _reload(self) -> None:
        with self._lock:
            self._looked = time.monotonic()
            stamp = self._path.stat().st_mtime_ns
            if stamp != self._stamp:
                self._keys, self._stamp = load_keys(self._path), stamp
