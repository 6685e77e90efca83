"""One run: load, faults from a seed, and the count of what came of it."""

import random
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from sqlalchemy.exc import SQLAlchemyError

from backend.device_api.app import create_app
from backend.features.notices.jobs import SendNotice
from backend.features.passages.jobs import RecognisePlate
from tests.chaos.installation import Installation
from tests.chaos.load import CAPTURE_SHARE, Load, served
from tests.chaos.scene import build_scene
from tests.chaos.tally import RECLAIMS_BY_KIND, Tally, count_effects, rows, slowest_while, unfinished

HOMES = 60
PATIENCE_SECONDS = 60
LONG_REDIS_PAUSE_SECONDS = 60
FAULTS_FOR_A_LONG_PAUSE = 100
PROGRESS_SECONDS = 10
BROKEN_SENDS_EVERY, HANGING_SENDS_EVERY = 67, 211
"""About 1.5 % of messages are taken without an answer, and 0.5 % hang past the client's patience."""
_COUNT_OPEN = "SELECT kind, count(*) AS jobs FROM outbox_job WHERE finished_at IS NULL GROUP BY kind"

Fault = Callable[[random.Random], str]


class Run:
    def __init__(self, installation: Installation, events: int, faults: int, seed: int) -> None:
        self._installation = installation
        self._dice = random.Random(seed)
        self._events, self._faults, self._seed = events, faults, seed
        self._made = 0
        self._started = self._said_at = self._sampled_at = time.monotonic()
        self._breaks_sends(events)

    def _breaks_sends(self, events: int) -> None:
        sandbox = self._installation.sandbox
        sandbox.inject("SendSms", "break_after_accept", times=events, every=BROKEN_SENDS_EVERY)
        sandbox.inject("SendSms", "hang_after_accept", times=events, every=HANGING_SENDS_EVERY, seconds=8)

    def __call__(self) -> Tally:
        print(f"seed {self._seed}; {CAPTURE_SHARE:.0%} photos through the engine, the rest messages", flush=True)
        scene = build_scene(self._installation.platform, self._installation.sandbox, homes=HOMES)
        self._installation.start()
        with served(create_app(scene.platform)) as base_url, ThreadPoolExecutor(4) as threads:
            load = Load(scene, base_url, self._events, self._seed)
            try:
                self._send(load, load.start(threads))
            finally:
                load.stopping.set()
        return self._count(load, self._settle())

    def _send(self, load: Load, drivers: list[Future[None]]) -> None:
        while not all(driver.done() for driver in drivers):
            if self._made < self._faults and load.sent >= (self._made + 1) * self._events // (self._faults + 1):
                self._break_something(load)
            self._look_after(load)
        while self._made < self._faults:  # the last events may have gone faster than this loop looked
            self._break_something(load)
        for driver in drivers:
            driver.result()

    def _break_something(self, load: Load) -> None:
        self._made += 1
        fault = self._next_fault()
        print(f"{self._elapsed():6.1f} s  {load.sent:5d} events  fault {self._made}: {fault(self._dice)}", flush=True)

    def _next_fault(self) -> Fault:
        breaker = self._installation
        if self._faults >= FAULTS_FOR_A_LONG_PAUSE and self._made == self._faults // 3:
            return lambda dice: breaker.pause_redis(dice, LONG_REDIS_PAUSE_SECONDS)
        faults: dict[Fault, int] = {
            breaker.kill_worker: 30,
            breaker.kill_group: 15,
            breaker.stop_worker: 8,
            breaker.pause_group: 7,
            breaker.kill_redis: 12,
            breaker.empty_redis: 10,
            breaker.pause_redis: 8,
            breaker.restart_postgres: 5,
            breaker.crash_postgres: 5,
        }
        return self._dice.choices(list(faults), list(faults.values()))[0]

    def _look_after(self, load: Load) -> None:
        self._installation.keep_alive()
        now = time.monotonic()
        if now - self._sampled_at > 0.3:
            self._sampled_at = now
            self._sample(load)
        if now - self._said_at > PROGRESS_SECONDS:
            self._said_at = now
            print(f"{self._elapsed():6.1f} s  {load.sent:5d} events  open {load.open}", flush=True)
        time.sleep(0.05)

    def _sample(self, load: Load) -> None:
        try:
            open_jobs = {row.kind: row.jobs for row in rows(self._installation.platform.database, _COUNT_OPEN)}
        except SQLAlchemyError:
            return
        load.open.messages = open_jobs.get(SendNotice.kind, 0)
        load.open.photos = open_jobs.get(RecognisePlate.kind, 0)

    def _settle(self) -> int:
        """Waits until everything is done, at most a minute after the last fault has healed; how much is not."""
        database, deadline = self._installation.platform.database, time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            self._installation.keep_alive()
            if not self._installation.healed:
                deadline = time.monotonic() + PATIENCE_SECONDS
            elif unfinished(database) == 0:
                return 0
            time.sleep(0.2)
        return unfinished(database)

    def _count(self, load: Load, left: int) -> Tally:
        database, taken = self._installation.platform.database, self._installation.sandbox.counts()
        outages = self._installation.redis_outages
        slowest = slowest_while(database, outages)
        print(f"redis away {len(outages)} times; the slowest message of then was accepted after {slowest:.1f} s")
        for row in rows(database, RECLAIMS_BY_KIND):
            print(
                f"{row.kind}: {row.jobs} taken over from lost workers, p99 {row.p99:.1f} s, slowest {row.slowest:.1f} s"
            )
        return count_effects(
            database, taken, visits=load.visits, captures=load.captures, faults=self._made, unfinished=left
        )

    def _elapsed(self) -> float:
        return time.monotonic() - self._started
