"""One parent that has everything imported, and forks each role's process: a lost one is back in milliseconds.

The parent has no thread and no connection, so that a fork is safe. Its children die with it, as it dies with its
supervisor. A child that shows no sign of life is killed: a stopped process would keep its jobs, and come back to none.
"""

import ctypes
import mmap
import os
import select
import signal
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from backend.supervisor.children import LIBC, tie_to_parent

log = structlog.get_logger()

BEAT_EVERY_SECONDS = 0.5
SILENCE_SECONDS = 4.0
LOOK_EVERY_SECONDS = 0.25
# Shorter than the supervisor waits.
ENDING_SECONDS = 4.0
FIRST_DELAY_SECONDS = 0.25
LONGEST_DELAY_SECONDS = 5.0
# A process that lived this long had started well: it is replaced at once.
SETTLED_SECONDS = 2.0
PR_SET_NAME = 15
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)

MEBIBYTE = 1024 * 1024
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Role:
    """What a process does until SIGTERM, its exit status as the answer; and the memory above which it is renewed."""

    play: Callable[[], int]
    memory_limit_mib: int = 1024


class Pulse:
    """A child's sign of life, in memory shared with its parent; Linux has one monotonic clock for all processes."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 8)
        self.beat()

    def beat(self) -> None:
        struct.pack_into("d", self._memory, 0, time.monotonic())

    @property
    def silent_seconds(self) -> float:
        return time.monotonic() - float(struct.unpack_from("d", self._memory)[0])

    def keep_beating(self) -> None:
        while True:
            self.beat()
            time.sleep(BEAT_EVERY_SECONDS)


@dataclass
class Slot:
    """A role and the process that plays it now; `pid` is 0 while none does."""

    name: str
    role: Role
    renewing: bool = False
    pulse: Pulse = field(default_factory=Pulse)
    pid: int = 0
    started_at: float = 0
    start_at: float = 0
    delay_seconds: float = 0

    def ended(self) -> None:
        """Says when the next one starts: at once, unless this one did not live long."""
        self.pid, self.renewing, now = 0, False, time.monotonic()
        settled = now - self.started_at > SETTLED_SECONDS
        self.delay_seconds = 0 if settled else min(LONGEST_DELAY_SECONDS, self.delay_seconds * 2 or FIRST_DELAY_SECONDS)
        self.start_at = now + self.delay_seconds


class Pool:
    """Plays the given roles until SIGTERM. Call `run` in the main thread of a process without other threads."""

    def __init__(self, roles: Mapping[str, Role], *, silence_seconds: float = SILENCE_SECONDS) -> None:
        self._slots = [Slot(name, role) for name, role in roles.items()]
        self._silence_seconds = silence_seconds
        self._stopping = False
        self._looked_at = time.monotonic()

    def run(self) -> int:
        waker, wakes = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wakes)
        for number in STOP_SIGNALS:
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        while not self._stopping:
            self._look_after_all()
            select.select([waker], [], [], LOOK_EVERY_SECONDS)
            with suppress(BlockingIOError):
                os.read(waker, 512)
        self._end_all()
        return 0

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _look_after_all(self) -> None:
        if time.monotonic() - self._looked_at > self._silence_seconds / 2:
            # We were stopped ourselves, and the children with us: nobody could see a beat.
            for slot in self._slots:
                slot.pulse.beat()
        self._looked_at = time.monotonic()
        for slot in self._slots:
            self._look_after(slot)

    def _look_after(self, slot: Slot) -> None:
        if slot.pid and slot.pulse.silent_seconds > self._silence_seconds:
            log.error("no sign of life, killed", role=slot.name, pid=slot.pid)
            os.kill(slot.pid, signal.SIGKILL)
            os.waitpid(slot.pid, 0)
            slot.ended()
        elif slot.pid:
            self._reap(slot)
        if slot.pid and not slot.renewing and _resident_mib(slot.pid) > slot.role.memory_limit_mib:
            log.warning("too much memory, renewed after its job", role=slot.name, pid=slot.pid)
            os.kill(slot.pid, signal.SIGTERM)
            slot.renewing = True
        if not slot.pid and time.monotonic() >= slot.start_at:
            self._fork(slot)

    def _reap(self, slot: Slot) -> None:
        pid, status = os.waitpid(slot.pid, os.WNOHANG)
        if pid:
            slot.ended()
            code = os.waitstatus_to_exitcode(status)
            log.warning("process ended", role=slot.name, code=code, again_in_seconds=slot.delay_seconds)

    def _fork(self, slot: Slot) -> None:
        slot.pulse.beat()
        slot.started_at = time.monotonic()
        tie = tie_to_parent(signal.SIGKILL)
        slot.pid = os.fork()
        if slot.pid == 0:
            _play(slot, tie)

    def _end_all(self) -> None:
        playing = [slot.pid for slot in self._slots if slot.pid]
        _signal(playing, signal.SIGTERM)
        deadline = time.monotonic() + ENDING_SECONDS
        while playing and time.monotonic() < deadline:
            playing = [pid for pid in playing if os.waitpid(pid, os.WNOHANG)[0] == 0]
            time.sleep(0.02)
        _signal(playing, signal.SIGKILL)


def _resident_mib(pid: int) -> float:
    """Memory of a child that has not been waited for; 0 when it has just ended."""
    fields = Path(f"/proc/{pid}/statm").read_text().split()
    return int(fields[1]) * PAGE_BYTES / MEBIBYTE


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _play(slot: Slot, tie: Callable[[], None]) -> None:
    """In the child: never returns, so that the parent's stack is never unwound twice."""
    code = 1
    try:
        tie()
        signal.set_wakeup_fd(-1)
        for number in (*STOP_SIGNALS, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        LIBC.prctl(PR_SET_NAME, ctypes.c_char_p(slot.name.encode()[:15]))
        structlog.contextvars.bind_contextvars(role=slot.name)
        threading.Thread(target=slot.pulse.keep_beating, name="pulse", daemon=True).start()
        code = slot.role.play()
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else 1
    except BaseException as failure:  # noqa: BLE001 - the class alone: a message may quote personal data
        log.error("process broke", error=type(failure).__name__)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
