"""The one parent of every process: starts the table in order, keeps it alive, stops it in reverse."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from threading import Event, Thread
from types import FrameType

from backend.supervisor.child import Child
from backend.supervisor.children import processes_marked, start_child, stop_strays, wait_until
from backend.supervisor.embedded import EmbeddedServer
from backend.supervisor.errors import StepFailed
from backend.supervisor.layout import short_hash
from backend.supervisor.logbook import Logbook
from backend.supervisor.processes import PROCESS_NAME, ProcessSpec
from backend.supervisor.settings import REPOSITORY, Settings

MARK = "ANLIN_SUPERVISED"
POLL_SECONDS = 0.1
STRAY_SECONDS = 3.0
# Longer than the longest graceful time-out in the table.
ENDING_SECONDS = 5.0
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def end_strays(settings: Settings, book: Logbook) -> None:
    """Stop what a killed supervisor of the same state folder left behind."""
    strays = processes_marked(MARK, short_hash(settings.state_dir))
    if found := stop_strays(strays, signal.SIGTERM, STRAY_SECONDS):
        book.write("supervisor", f"stopped {found} left-over processes of an earlier run")


class Supervisor:
    """Runs servers and processes until it is told to stop.

    `environment` is for every process, `owner_url` only for those that work as the database's owner.
    `is_ready` is asked until it says yes, then `on_ready` is called once.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        servers: Sequence[EmbeddedServer],
        table: Sequence[ProcessSpec],
        environment: Mapping[str, str],
        owner_url: str,
        book: Logbook,
        is_ready: Callable[[], bool],
        on_ready: Callable[[], None],
    ) -> None:
        self.servers = servers
        self.table = table
        self.environment = {**environment, MARK: short_hash(settings.state_dir)}
        self.owner_url = owner_url
        self.book = book
        self.is_ready = is_ready
        self.on_ready = on_ready
        self.stopping = Event()
        self.server_children: list[Child] = []
        self.children: list[Child] = []

    def run(self) -> None:
        """Start everything and stay until a stop signal; always stops what was started.

        Raises StepFailed or ServerDied when the installation cannot start. Call it in the main thread.
        """
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_signal)
        try:
            self._start_servers()
            self._start_table()
            Thread(target=self._announce, name="ready", daemon=True).start()
            self._keep_alive()
        finally:
            self._stop()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping.set()

    def _start_servers(self) -> None:
        for server in self.servers:
            child = Child(server.name, server.launch, self.book)
            self.server_children.append(child)
            child.start()
            server.wait_until_ready(give_up=self.stopping.is_set)

    def _start_table(self) -> None:
        for spec in self.table:
            if self.stopping.is_set():
                return
            if spec.stamp is not None and spec.stamp.stands:
                continue
            child = Child(spec.name, partial(self._launch, spec), self.book)
            self.children.append(child)
            child.start()
            if spec.step:
                self._finish_step(child)
                if spec.stamp is not None and not self.stopping.is_set():
                    spec.stamp.put()

    def _launch(self, spec: ProcessSpec) -> subprocess.Popen[bytes]:
        owner = {"DATABASE_OWNER_URL": self.owner_url} if spec.as_owner else {}
        pool = {"POOL_SIZE": str(spec.pool_size)} if spec.pool_size else {}
        return start_child(
            spec.command,
            parent_death_signal=spec.parent_death_signal,
            environment={**self.environment, **owner, **pool, **spec.environment, PROCESS_NAME: spec.name},
            cwd=REPOSITORY,
            output=subprocess.PIPE,
        )

    def _finish_step(self, child: Child) -> None:
        while not child.has_ended():
            if self.stopping.wait(POLL_SECONDS / 2):
                return
        self.children.remove(child)
        child.kill()
        if child.process is not None and child.process.returncode:
            raise StepFailed(f"{child.name} failed with {child.process.returncode}; its lines above say why")

    def _keep_alive(self) -> None:
        while not self.stopping.wait(POLL_SECONDS):
            for child in (*self.server_children, *self.children):
                child.keep_alive()

    def _announce(self) -> None:
        while not self.stopping.wait(POLL_SECONDS):
            if self.is_ready():
                self.on_ready()
                return

    def _stop(self) -> None:
        self.stopping.set()
        begun = time.monotonic()
        for child in reversed(self.children):
            child.ask_to_end()
        wait_until(lambda: all(child.has_ended() for child in self.children), ENDING_SECONDS)
        for child in reversed(self.children):
            child.kill()
        for server in reversed(self.servers):
            server.stop()
        self.book.write("supervisor", f"everything stopped after {time.monotonic() - begun:.1f} s")
