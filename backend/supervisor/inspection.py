"""What a running installation consists of, and what it costs."""

from dataclasses import dataclass
from pathlib import Path

import psutil

from backend.supervisor.lock import holder
from backend.supervisor.processes import PROCESS_NAME

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Member:
    """One entry of the table with everything it forked; `pss_bytes` counts shared pages once."""

    name: str
    pid: int
    processes: int
    pss_bytes: int
    started_at: float


def members(state_dir: Path) -> list[Member]:
    """The running processes, the supervisor first; empty when nothing runs.

    Raises psutil.AccessDenied when another user started it.
    """
    pid = holder(state_dir)
    if pid is None:
        return []
    parent = psutil.Process(pid)
    return [_member("supervisor", [parent])] + [
        _member(_name(child), [child, *child.children(recursive=True)]) for child in parent.children()
    ]


def table(found: list[Member]) -> str:
    """The members as aligned text with their sum."""
    lines = [f"{'process':<20} {'pid':>8} {'processes':>10} {'PSS MiB':>9}"]
    for member in found:
        size = member.pss_bytes / MEBIBYTE
        lines.append(f"{member.name:<20} {member.pid:>8} {member.processes:>10} {size:>9.1f}")
    total = sum(member.pss_bytes for member in found) / MEBIBYTE
    lines.append(f"{'total':<20} {'':>8} {sum(member.processes for member in found):>10} {total:>9.1f}")
    return "\n".join(lines)


def _member(name: str, processes: list[psutil.Process]) -> Member:
    first = processes[0]
    return Member(name, first.pid, len(processes), sum(map(_pss_bytes, processes)), first.create_time())


def _pss_bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.NoSuchProcess:  # ended since it was listed
        return 0


def _name(process: psutil.Process) -> str:
    return str(process.environ().get(PROCESS_NAME) or process.name())
