"""Lines of many processes on one terminal, and each process's own in a rotated file."""

import json
import logging
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from threading import Lock, Thread
from typing import IO, Final

ROTATE_BYTES: Final = 5_000_000
KEPT_FILES: Final = 3
NAME_WIDTH: Final = 18
COLOURS: Final = (36, 32, 33, 34, 35, 96, 92, 93, 94, 95)
WARNING_COLOURS: Final = {"warning": 33, "error": 31, "critical": 31}
STAMP_KEYS: Final = ("timestamp", "level", "event")


class Logbook:
    """Takes lines from any thread; `console` may be closed at any time without harm."""

    def __init__(self, folder: Path, console: IO[str] = sys.stdout) -> None:
        self.folder = folder
        self.console = console
        self.coloured = console.isatty() and "NO_COLOR" not in os.environ
        self._files: dict[str, RotatingFileHandler] = {}
        self._lock = Lock()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def write(self, name: str, raw: str) -> None:
        """Log one line that the process `name` printed."""
        now = datetime.now(UTC).astimezone()
        level, text = readable(raw)
        record = logging.makeLogRecord({"msg": f"{now.isoformat(timespec='milliseconds')} {text}"})
        with self._lock:
            self._file(name).emit(record)
            self._print(self._prefix(name, now) + self._paint(text, WARNING_COLOURS.get(level)))

    def show(self, text: str) -> None:
        """Print text for the person at the terminal, in no file."""
        with self._lock:
            self._print(text)

    def follow(self, name: str, stream: IO[bytes]) -> Thread:
        """Log what the process prints, in a thread of its own, until it has closed its output."""
        thread = Thread(target=self._pump, args=(name, stream), name=f"log-{name}", daemon=True)
        thread.start()
        return thread

    def _pump(self, name: str, stream: IO[bytes]) -> None:
        with stream:
            for line in stream:
                self.write(name, line.decode("utf-8", "replace").rstrip())

    def _file(self, name: str) -> RotatingFileHandler:
        if name not in self._files:
            path = self.folder / f"{name}.log"
            self._files[name] = RotatingFileHandler(
                path, maxBytes=ROTATE_BYTES, backupCount=KEPT_FILES, encoding="utf-8"
            )
        return self._files[name]

    def _prefix(self, name: str, now: datetime) -> str:
        colour = COLOURS[sum(name.encode()) % len(COLOURS)]
        return f"{now:%H:%M:%S} {self._paint(f'{name:<{NAME_WIDTH}}', colour)} | "

    def _paint(self, text: str, colour: int | None) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self.coloured and colour else text

    def _print(self, text: str) -> None:
        try:
            print(text, file=self.console, flush=True)
        except OSError:  # the terminal is gone; the files stay
            self.coloured = False


class LogbookHandler(logging.Handler):
    """Sends the supervisor's own log records to a logbook."""

    def __init__(self, book: Logbook) -> None:
        super().__init__(logging.INFO)
        self.book = book

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record under the name of the supervisor."""
        self.book.write("supervisor", json.dumps({"level": record.levelname.lower(), "event": record.getMessage()}))


def readable(raw: str) -> tuple[str, str]:
    """Level and text of a printed line: `level event key=value …` out of JSON, else the line as it is."""
    record = _json_object(raw)
    if record is None:
        return "", raw
    level = str(record.get("level", "info"))
    rest = [f"{key}={value}" for key, value in record.items() if key not in STAMP_KEYS]
    return level, " ".join([f"{level:<7}", str(record.get("event", "")), *rest]).rstrip()


def _json_object(raw: str) -> Mapping[str, object] | None:
    if not raw.startswith("{"):
        return None
    try:
        found = json.loads(raw)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
