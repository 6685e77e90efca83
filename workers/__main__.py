"""`python -m workers worker QUEUE | background | direct`"""

import argparse
import importlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable

import structlog
from redis import Redis

from backend.bootstrap import platform_from_environment
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.logging import configure_logging
from backend.kernel.ids import uuid7
from backend.kernel.jobs import Queue
from workers import loops, rq_worker
from workers.direct import DirectRunner
from workers.keeper import LeaseKeeper
from workers.relay import Relay, connect
from workers.running import Registry, Runner
from workers.schedules import SCHEDULES

log = structlog.get_logger()

REGISTRIES = {
    Queue.DEFAULT: ("workers.registry", "COMMON"),
    Queue.RECOGNITION: ("workers.recognition_registry", "RECOGNITION"),
}


def main() -> int:
    arguments = _arguments()
    configure_logging()
    platform = platform_from_environment()
    match arguments.role:
        case "worker":
            _work(platform, Queue(arguments.queue))
        case "background":
            return _background(platform)
        case "direct":
            return _direct(platform)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="workers")
    roles = parser.add_subparsers(dest="role", required=True)
    roles.add_parser("worker").add_argument("queue", choices=[queue.value for queue in Queue])
    roles.add_parser("background", help="relay, reconciler, sequencer, schedule")
    roles.add_parser("direct", help="urgent jobs, with or without Redis")
    return parser.parse_args()


def _owner(role: str) -> str:
    """Unique for each start: a restarted worker must not take its predecessor's leases for its own."""
    return f"{role}-{socket.gethostname()}-{os.getpid()}-{uuid7().hex[-8:]}"


def _registry(queue: Queue) -> Registry:
    """Each process imports its own handlers alone: a killed worker is back sooner without the others' libraries."""
    module, name = REGISTRIES[queue]
    found: Registry = getattr(importlib.import_module(module), name)
    return found


def _work(platform: Platform, queue: Queue) -> None:
    name = _owner(queue.value)
    runner = Runner(platform, _registry(queue), LeaseKeeper(platform.database), name)
    rq_worker.work(Redis.from_url(platform.settings.redis_url), queue.value, name, runner)


def _direct(platform: Platform) -> int:
    registry = _registry(Queue.DEFAULT)
    runner = Runner(platform, registry, LeaseKeeper(platform.database), _owner("direct"))
    return _together({"direct": DirectRunner(platform.database, registry, runner).run})


def _background(platform: Platform) -> int:
    database = platform.database
    return _together(
        {
            "relay": Relay(database, connect(platform.settings.redis_url)).run,
            "reconciler": lambda stopping: loops.reconcile(database, stopping),
            "sequencer": lambda stopping: loops.sequence(database, stopping),
            "schedule": lambda stopping: loops.tick(database, SCHEDULES, stopping),
        }
    )


def _together(parts: dict[str, Callable[[threading.Event], None]]) -> int:
    """Runs every part in a thread until SIGTERM; when one breaks, all end and the supervisor starts them anew."""
    stopping = threading.Event()
    broken: list[str] = []

    def guarded(name: str, part: Callable[[threading.Event], None]) -> None:
        try:
            part(stopping)
        except Exception as failure:  # noqa: BLE001 - a part without its thread would be a silent loss
            log.error("part broke", part=name, error=type(failure).__name__)
            broken.append(name)
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    threads = [threading.Thread(target=guarded, args=item, name=item[0]) for item in parts.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
