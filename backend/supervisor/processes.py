"""The table of processes, as data, in the order in which they start."""

import signal
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backend.supervisor.settings import REPOSITORY, Settings

PROCESS_NAME = "ANLIN_PROCESS"
"""The environment variable that tells a process which entry of the table it is."""
GUNICORN = (
    *("--worker-class", "gthread", "--timeout", "60", "--keep-alive", "30"),
    *("--no-control-socket", "--log-level", "warning"),
)
WEB_WORKERS = 2
COMMON_ROLES = ("default", "direct", "background")
# Loaded once and forked: half the time to start, and the pages of code are shared. Nothing is open before the fork.
WEB = ("--preload", "--workers", str(WEB_WORKERS), "--threads", "8", "--graceful-timeout", "4")
# A killed master would leave its workers to find out by themselves; a terminated one takes them along.
MASTER = signal.SIGTERM
# One thread for each open stream; Ctrl-C must not wait for them.
LIVE = ("--workers", "1", "--threads", "128", "--graceful-timeout", "2")


@dataclass(frozen=True)
class ProcessSpec:
    """One program that the supervisor starts, with how it ends.

    A `step` must end with 0 before the next one starts; anything else runs until stopped and is started
    again when it ends. `as_owner` hands it the database owner's URL.
    """

    name: str
    command: tuple[str, ...]
    step: bool = False
    as_owner: bool = False
    pool_size: int = 0
    """Connections to the database that each of its `processes` may hold; 0 for a program without any."""
    processes: int = 1
    parent_death_signal: signal.Signals = signal.SIGKILL
    environment: Mapping[str, str] = field(default_factory=dict)
    stamp: "Stamp | None" = None
    """For a `step` on the embedded database: what it has brought about, so that the next start need not repeat it."""


@dataclass(frozen=True)
class Stamp:
    """A file that says for which content a step was done; it goes with the state folder."""

    file: Path
    content: str

    @property
    def stands(self) -> bool:
        return self.file.exists() and self.file.read_text(encoding="utf-8") == self.content

    def put(self) -> None:
        self.file.write_text(self.content, encoding="utf-8")


def default_table(settings: Settings) -> tuple[ProcessSpec, ...]:
    """The product's processes for these settings."""
    demo = ("--demo",) if settings.development and settings.database_url is None else ()
    command = _module("backend.cli", "db-upgrade", *demo)
    migrate = ProcessSpec("migrate", command, step=True, as_owner=True, stamp=_migrated(settings, demo))
    sandbox = ProcessSpec("sandbox", _module("notifications.sandbox"))
    return (
        migrate,
        *((sandbox,) if settings.development else ()),
        _web(settings),
        _live(settings),
        # Two jobs, their leases' keeper, the look-out and the sign of life.
        ProcessSpec("recognition", _module("workers", "recognition"), pool_size=5),
        # The most of them holds the direct runner: four threads, the keeper, the look-out and the sign of life.
        ProcessSpec("workers", _module("workers", *COMMON_ROLES), pool_size=7, processes=len(COMMON_ROLES)),
    )


def connections(table: Iterable[ProcessSpec]) -> int:
    """The most that all processes together may hold in their pools."""
    return sum(spec.processes * spec.pool_size for spec in table)


def _migrated(settings: Settings, demo: tuple[str, ...]) -> Stamp | None:
    """Only our own embedded database is known to change by nobody else's hand."""
    if settings.database_url is not None:
        return None
    versions = sorted(file.name for file in (REPOSITORY / "migrations" / "versions").glob("[0-9]*.py"))
    return Stamp(settings.state_dir / "migrated.stamp", "\n".join([*versions, *demo]))


def _web(settings: Settings) -> ProcessSpec:
    metrics = {"PROMETHEUS_MULTIPROC_DIR": str(settings.metrics_dir)}
    command = gunicorn("wsgi:application", settings.port, WEB)
    # One for each thread: a request never waits for another's connection.
    return ProcessSpec(
        "web", command, pool_size=8, processes=WEB_WORKERS, parent_death_signal=MASTER, environment=metrics
    )


def _live(settings: Settings) -> ProcessSpec:
    command = gunicorn("wsgi:live_application", settings.live_port, LIVE)
    # Streams hold no connection; they take one for the log-in and for each batch of the feed.
    return ProcessSpec("live", command, pool_size=6, parent_death_signal=MASTER)


def _module(*module_and_arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", *module_and_arguments)


def gunicorn(application: str, port: int, options: tuple[str, ...]) -> tuple[str, ...]:
    """The command line of a web server on a loopback port."""
    return _module("gunicorn", application, "--bind", f"127.0.0.1:{port}", *GUNICORN, *options)
