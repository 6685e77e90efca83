"""The table of processes, as data, in the order in which they start."""

import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backend.supervisor.settings import Settings

GUNICORN = (
    *("--worker-class", "gthread", "--timeout", "60", "--keep-alive", "30"),
    *("--no-control-socket", "--log-level", "warning"),
)
WEB = ("--workers", "2", "--threads", "8", "--graceful-timeout", "4")
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
    parent_death_signal: signal.Signals = signal.SIGKILL
    environment: Mapping[str, str] = field(default_factory=dict)


def default_table(settings: Settings) -> tuple[ProcessSpec, ...]:
    """The product's processes for these settings."""
    table = [_flask("migrate", "db-upgrade")]
    if settings.development and settings.database_url is None:
        table.append(_flask("seed", "seed", "demo"))
    if settings.development:
        table.append(_python("sandbox", "notifications.sandbox"))
    return (
        *table,
        _gunicorn("web", "wsgi:application", settings.port, WEB, metrics_dir=settings.metrics_dir),
        _gunicorn("live", "wsgi:live_application", settings.live_port, LIVE),
        _python("worker-recognition", "workers", "worker", "recognition"),
        _python("worker-default", "workers", "worker", "default"),
        _python("background", "workers", "background"),
        _python("direct", "workers", "direct"),
    )


def _python(name: str, *module_and_arguments: str) -> ProcessSpec:
    return ProcessSpec(name, (sys.executable, "-m", *module_and_arguments))


def _flask(name: str, *command: str) -> ProcessSpec:
    arguments = (sys.executable, "-m", "flask", "--app", "wsgi:cli_app", *command)
    return ProcessSpec(name, arguments, step=True, as_owner=True)


def _gunicorn(
    name: str, application: str, port: int, options: tuple[str, ...], metrics_dir: Path | None = None
) -> ProcessSpec:
    bind = ("--bind", f"127.0.0.1:{port}")
    return ProcessSpec(
        name,
        (sys.executable, "-m", "gunicorn", application, *bind, *GUNICORN, *options),
        # A killed master would leave its workers to find out by themselves; a terminated one takes them along.
        parent_death_signal=signal.SIGTERM,
        environment={"PROMETHEUS_MULTIPROC_DIR": str(metrics_dir)} if metrics_dir else {},
    )
