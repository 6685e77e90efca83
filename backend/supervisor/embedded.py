"""What the two embedded servers have in common: a foreground child with a private folder."""

import logging
import os
import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from backend.supervisor.account import server_account
from backend.supervisor.children import (
    Output,
    processes_in,
    signal_group,
    start_child,
    stop_group,
    stop_strays,
)
from backend.supervisor.errors import ServerDied, SupervisorError
from backend.supervisor.layout import Layout, prepare_layout
from backend.supervisor.passwords import Passwords, load_passwords

log = logging.getLogger(__name__)

POLL_SECONDS = 0.02
PROGRESS_SECONDS = 5.0
STOP_SECONDS = 5.0


class EmbeddedServer(ABC):
    """A server out of a wheel, as a child of this process; data and passwords survive in `state_dir`.

    `output` receives what the server prints; None means this process's own stdout.
    """

    name: ClassVar[str]
    parent_death_signal: ClassVar[signal.Signals]
    stop_signal: ClassVar[signal.Signals]

    def __init__(self, state_dir: Path, *, output: Output = None) -> None:
        self.state_dir = Path(state_dir).resolve()
        self.layout: Layout = prepare_layout(self.state_dir, server_account())
        self.data = self.layout.home / self.name
        passwords_file = self.layout.home / "secrets.toml"
        if self.data.exists() and not passwords_file.exists():
            raise SupervisorError(f"{passwords_file} is gone but {self.data} is there: restore it, or make reset")
        self.passwords: Passwords = load_passwords(passwords_file)
        self.output = output
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        """What the server sees of our environment: nothing that carries a secret."""
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    @abstractmethod
    def prepare(self) -> None:
        """Create data and configuration where absent."""

    @abstractmethod
    def command(self) -> list[str | Path]:
        """The server's command line, in the foreground."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether the server takes connections now."""

    def start(self) -> None:
        """Start the server and wait, however long recovery takes, until it answers.

        Raises ServerDied when it ends instead.
        """
        self.launch()
        self.wait_until_ready()

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the server's process without waiting for it."""
        self.stop_leftovers()
        self.prepare()
        self.process = start_child(
            self.command(),
            parent_death_signal=self.parent_death_signal,
            environment=self.environment,
            cwd=self.data,
            account=self.layout.account,
            output=self.output,
        )
        return self.process

    def wait_until_ready(self, give_up: Callable[[], bool] = lambda: False) -> None:
        """Block until the server answers or `give_up` says so; logs every few seconds that it waits."""
        begun = last_said = time.monotonic()
        while not self.answers() and not give_up():
            if self.process is None or self.process.poll() is not None:
                raise ServerDied(f"{self.name} ended before it answered; its own lines above say why")
            if time.monotonic() - last_said > PROGRESS_SECONDS:
                last_said = time.monotonic()
                log.info("%s is still starting after %.0f s", self.name, last_said - begun)
            time.sleep(POLL_SECONDS)

    def stop_leftovers(self) -> None:
        """End a server that a killed supervisor left on this data."""
        if self.data.exists() and (found := stop_strays(processes_in(self.data), self.stop_signal, STOP_SECONDS)):
            log.warning("stopped %d left-over processes of %s", found, self.name)

    def stop(self) -> None:
        """Shut down in order; kills every process of the server when that takes too long."""
        if self.process is not None:
            stop_group(self.process, self.stop_signal, STOP_SECONDS)
            self._forget()

    def kill(self) -> None:
        """SIGKILL every process of the server, as a power cut would."""
        if self.process is not None:
            signal_group(self.process, signal.SIGKILL)
            self.process.wait()
            self._forget()

    def _forget(self) -> None:
        # PostgreSQL's own children lead groups of their own.
        stop_strays(processes_in(self.data), signal.SIGKILL, STOP_SECONDS)
        self.process = None

    def remove_outside_folders(self) -> None:
        """Delete what a stopped server of a temporary `state_dir` keeps elsewhere: sockets, and data of its account."""
        shutil.rmtree(self.layout.sockets, ignore_errors=True)
        if self.layout.home != self.layout.state_dir:
            shutil.rmtree(self.layout.home, ignore_errors=True)

    def restart(self) -> None:
        """Stop in order and start again on the same data."""
        self.stop()
        self.start()
