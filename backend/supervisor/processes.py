"""The table of processes, as data, in the order in which they start."""

import signal
import sys
from dataclasses import dataclass

from backend.supervisor.settings import Settings


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


def default_table(settings: Settings) -> tuple[ProcessSpec, ...]:
    """The product's processes for these settings."""
    table = [_flask("migrate", "db-upgrade")]
    if settings.development and settings.database_url is None:
        table.append(_flask("seed", "seed", "demo"))
    if settings.development:
        table.append(_python("sandbox", "notifications.sandbox"))
    return (
        *table,
        _gunicorn("web", "wsgi:application", settings.port, workers=2, threads=8, graceful_seconds=4),
        _gunicorn(
            "live", "wsgi:live_application", settings.live_port, workers=1, threads=128, graceful_seconds=2
        ),
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
    name: str, application: str, port: int, *, workers: int, threads: int, graceful_seconds: int
) -> ProcessSpec:
    command = (
        *(sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "gthread", "--workers", str(workers), "--threads", str(threads)),
        *("--graceful-timeout", str(graceful_seconds), "--timeout", "60", "--keep-alive", "30"),
        *("--no-control-socket", "--log-level", "warning"),
    )
    # A killed master would leave its workers to find out by themselves; a terminated one takes them along.
    return ProcessSpec(name, command, parent_death_signal=signal.SIGTERM)
