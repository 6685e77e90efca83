"""`python -m workers ROLE…`: one process for each role, forked from one that has loaded what they need."""

import argparse
import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial

import structlog
from redis import Redis

from backend.bootstrap import platform_from_environment
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.logging import configure_logging
from backend.infrastructure.outbox.reconcile import release
from backend.kernel.ids import uuid7
from backend.kernel.jobs import Queue
from workers import loops, rq_worker
from workers.direct import DirectRunner
from workers.keeper import LeaseKeeper
from workers.place import be_present, place_of
from workers.pool import Pool, Role
from workers.relay import Relay, connect
from workers.running import Registry, Runner
from workers.schedules import SCHEDULES

log = structlog.get_logger()

REGISTRIES = {
    Queue.DEFAULT: ("workers.registry", "COMMON"),
    Queue.RECOGNITION: ("workers.recognition_registry", "RECOGNITION"),
}
DIRECT_THREADS = 4
MEMORY_MIB = {"default": 768, "direct": 768, "background": 512, "recognition": 2048}
"""Several times what each needs; PaddlePaddle alone takes 1.1 GB."""


def main() -> int:
    roles = _roles()
    configure_logging()
    for role in roles:
        _registry(_queue(role))
    return Pool({role: Role(partial(_play, role), MEMORY_MIB[role]) for role in roles}).run()


def _roles() -> list[str]:
    parser = argparse.ArgumentParser(prog="workers", description="runs what has no request")
    parser.add_argument(
        "roles",
        nargs="+",
        choices=ROLES,
        metavar="ROLE",
        help="default and recognition: a worker of that queue; background: relay, reconciler, sequencer, schedule; "
        "direct: urgent jobs, with or without Redis",
    )
    found: list[str] = parser.parse_args().roles
    return found


def _queue(role: str) -> Queue:
    return Queue.RECOGNITION if role == Queue.RECOGNITION.value else Queue.DEFAULT


def _registry(queue: Queue) -> Registry:
    """Each pool imports its own handlers alone: the others' libraries cost it neither time nor memory."""
    module, name = REGISTRIES[queue]
    found: Registry = getattr(importlib.import_module(module), name)
    return found


def _play(role: str) -> int:
    platform = platform_from_environment()
    known_as = (platform, role, place_of(platform, role))
    threading.Thread(target=be_present, args=known_as, name="presence", daemon=True).start()
    return ROLES[role](platform, role)


def _runner(platform: Platform, role: str) -> Runner:
    """Its owner's name is new at each start, and its first part is not: what a predecessor held is given back.

    Should the predecessor live after all, its fences are stale, and it can write nothing.
    """
    place = place_of(platform, role) + "/"
    with platform.database.sessions.begin() as session:
        released = release(session, place)
    if released:
        log.info("took back what the last one held", jobs=released)
    return Runner(platform, _registry(_queue(role)), LeaseKeeper(platform.database), place + uuid7().hex[-8:])


def _work(platform: Platform, role: str) -> int:
    runner = _runner(platform, role)
    rq_worker.work(Redis.from_url(platform.settings.redis_url), role, runner)
    return 0


def _recognise(platform: Platform, role: str) -> int:
    """A car at the barrier waits for no Redis: this process, which alone has the engine, is its own direct runner."""
    runner = _runner(platform, role)
    direct = DirectRunner(platform.database, _registry(Queue.RECOGNITION), runner, threads=1)
    stopping = threading.Event()

    def run_direct() -> None:
        _guarded("direct", lambda: direct.run(stopping))
        if not stopping.is_set():
            os.kill(os.getpid(), signal.SIGTERM)  # the pool starts both anew

    thread = threading.Thread(target=run_direct, name="direct")
    thread.start()
    rq_worker.work(Redis.from_url(platform.settings.redis_url), role, runner)
    stopping.set()
    thread.join()
    return 0


def _direct(platform: Platform, role: str) -> int:
    registry = _registry(Queue.DEFAULT)
    runner = DirectRunner(platform.database, registry, _runner(platform, role), threads=DIRECT_THREADS)
    return _together({"direct": runner.run})


def _background(platform: Platform, _role: str) -> int:
    database = platform.database
    return _together(
        {
            "relay": Relay(database, connect(platform.settings.redis_url)).run,
            "reconciler": lambda stopping: loops.reconcile(database, stopping),
            "sequencer": lambda stopping: loops.sequence(database, stopping),
            "schedule": lambda stopping: loops.tick(database, SCHEDULES, stopping),
        }
    )


ROLES: dict[str, Callable[[Platform, str], int]] = {
    "default": _work,
    "recognition": _recognise,
    "background": _background,
    "direct": _direct,
}


def _together(parts: dict[str, Callable[[threading.Event], None]]) -> int:
    """Runs every part in a thread until SIGTERM; when one breaks, all end and the pool starts them anew."""
    stopping = threading.Event()
    whole: list[bool] = []

    def part_of(name: str) -> None:
        whole.append(_guarded(name, lambda: parts[name](stopping)))
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    threads = [threading.Thread(target=part_of, args=(name,), name=name) for name in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 0 if all(whole) else 1


def _guarded(name: str, part: Callable[[], None]) -> bool:
    """False when the part broke; a part without its thread would be a silent loss."""
    try:
        part()
    except Exception as failure:  # noqa: BLE001 - whatever it was, the process must end by it
        log.error("part broke", part=name, error=type(failure).__name__)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
