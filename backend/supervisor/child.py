"""One process of the table: started, followed, and started again with patience."""

import signal
import subprocess
import time
from collections.abc import Callable

from backend.supervisor.children import signal_group
from backend.supervisor.logbook import Logbook

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 10.0
# A process that lived this long had started well: the next failure is a new one.
SETTLED_SECONDS = 30.0


class Child:
    """A process that `launch` starts; `launch` gives it `subprocess.PIPE` as its output."""

    def __init__(self, name: str, launch: Callable[[], subprocess.Popen[bytes]], book: Logbook) -> None:
        self.name = name
        self.book = book
        self._launch = launch
        self.process: subprocess.Popen[bytes] | None = None
        self.delay_seconds = FIRST_DELAY_SECONDS
        self.started_at = 0.0
        self.restart_at: float | None = None

    def start(self) -> None:
        """Start the process and follow what it prints."""
        self.restart_at = None
        self.started_at = time.monotonic()
        self.process = self._launch()
        if self.process.stdout is not None:
            self.book.follow(self.name, self.process.stdout)

    def keep_alive(self) -> None:
        """Called often: notices an ended process, and starts it again when its delay is over."""
        if self.restart_at is not None:
            if time.monotonic() >= self.restart_at:
                self.start()
        elif self.process is not None and self.process.poll() is not None:
            self._schedule_restart(self.process)

    def ask_to_end(self) -> None:
        """Send SIGTERM, and start it no more."""
        self.restart_at = None
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def has_ended(self) -> bool:
        """Whether no process runs now."""
        return self.process is None or self.process.poll() is not None

    def kill(self) -> None:
        """SIGKILL what is left of the process and its group."""
        if self.process is not None:
            signal_group(self.process, signal.SIGKILL)
            self.process.wait()

    def _schedule_restart(self, process: subprocess.Popen[bytes]) -> None:
        # What a dead parent left of its group would go on working beside its successor.
        signal_group(process, signal.SIGKILL)
        now = time.monotonic()
        if now - self.started_at > SETTLED_SECONDS:
            self.delay_seconds = FIRST_DELAY_SECONDS
        message = f"ended with {process.returncode}; starts again in {self.delay_seconds:.1f} s"
        self.book.write("supervisor", f"{self.name} {message}")
        self.restart_at = now + self.delay_seconds
        self.delay_seconds = min(self.delay_seconds * 2, LONGEST_DELAY_SECONDS)
