"""Child processes that never outlive their parent, and the hunt for those of a killed one."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TypeAlias

import psutil

from backend.supervisor.account import Account

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)

Output: TypeAlias = int | IO[bytes] | None


def start_child(
    command: Sequence[str | Path],
    *,
    parent_death_signal: signal.Signals,
    environment: Mapping[str, str],
    cwd: Path | None = None,
    account: Account | None = None,
    output: Output = None,
) -> subprocess.Popen[bytes]:
    """Start a program in its own session that the kernel signals when this process dies.

    Call it from the main thread: Linux sends the signal when the *thread* that forked ends.
    """
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        env=dict(environment),
        cwd=cwd,
        start_new_session=True,
        # Runs after the change of user, which would have cleared the setting.
        preexec_fn=tie_to_parent(parent_death_signal),
        **(account.credentials if account else {}),
    )


def tie_to_parent(parent_death_signal: signal.Signals) -> Callable[[], None]:
    """For a child to call first: the kernel signals it when its parent, the caller of this, dies."""
    parent = os.getpid()

    def tie() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, int(parent_death_signal))
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return tie


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal every process of the child's group, whether or not the child itself still lives."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def stop_group(process: subprocess.Popen[bytes], number: signal.Signals, timeout_seconds: float) -> bool:
    """Ask the child to end, then kill what is left of its group; True if it ended by itself."""
    if process.poll() is None:
        process.send_signal(number)
    try:
        process.wait(timeout_seconds)
        ended = True
    except subprocess.TimeoutExpired:
        ended = False
    signal_group(process, signal.SIGKILL)
    process.wait()
    return ended


def processes_in(folder: Path) -> list[psutil.Process]:
    """The processes whose working directory is this folder (a database server's is its data)."""
    wanted = str(folder.resolve())
    return [found for found in psutil.process_iter(["cwd"]) if found.info["cwd"] == wanted]


def processes_marked(name: str, value: str) -> list[psutil.Process]:
    """The processes that were started with this environment variable, but for ourselves."""
    found = psutil.process_iter(["environ"])
    return [one for one in found if (one.info["environ"] or {}).get(name) == value and one.pid != os.getpid()]


def stop_strays(strays: Iterable[psutil.Process], number: signal.Signals, timeout_seconds: float) -> int:
    """End processes that are not our children; returns how many there were."""
    listed = list(strays)
    _signal_all(listed, number)
    _, alive = psutil.wait_procs(listed, timeout=timeout_seconds)
    _signal_all(alive, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=timeout_seconds)
    return len(listed)


def _signal_all(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def wait_until(condition: Callable[[], bool], timeout_seconds: float, interval_seconds: float = 0.05) -> bool:
    """Poll until the condition holds; False when the time is over first."""
    end = time.monotonic() + timeout_seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(interval_seconds)
    return condition()
