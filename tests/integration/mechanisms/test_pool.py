"""Workers are forked from one parent: a lost one is replaced, a stopped one too, and none outlives the parent."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID

import psutil
import pytest

from backend.infrastructure.outbox.reconcile import release
from backend.infrastructure.unit_of_work import Database
from backend.supervisor.children import wait_until
from backend.supervisor.settings import REPOSITORY
from tests.integration.mechanisms.jobs import AddTenant, claim, job_row, must_claim, promise
from workers import pool as pools

SILENCE_SECONDS = 2

POOL = """
import sys, time
from workers.pool import Pool, Role
def stay():
    time.sleep(600)
    return 0
def leave():
    time.sleep(0.2)
    return 3
def eat():
    eaten = []
    while True:
        eaten.append(bytes(range(256)) * 4096)
        time.sleep(0.005)
third = {"leaver": leave, "eater": eat}
roles = {"first": stay, "second": stay, **{name: third[name] for name in sys.argv[1:]}}
sys.exit(Pool({name: Role(play, memory_limit_mib=200) for name, play in roles.items()}, silence_seconds=2).run())
"""


@pytest.fixture
def pool(request: pytest.FixtureRequest) -> Iterator[psutil.Popen]:
    command = [sys.executable, "-c", POOL, *getattr(request, "param", [])]
    process = psutil.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, start_new_session=True)
    assert wait_until(lambda: len(players(process)) >= 2, 30)
    yield process
    with suppress(psutil.NoSuchProcess):
        for one in (*process.children(), process):
            one.kill()
    process.wait()


def players(pool: psutil.Popen) -> dict[str, int]:
    """The processes that play a role now: role to pid."""
    found = {}
    for child in pool.children():
        with suppress(psutil.NoSuchProcess):
            found[child.name()] = child.pid
    return {name: pid for name, pid in found.items() if name in {"first", "second", "leaver", "eater"}}


def test_a_killed_worker_is_replaced_within_a_second_and_its_neighbour_works_on(pool: psutil.Popen) -> None:
    before = players(pool)
    time.sleep(pools.SETTLED_SECONDS)
    psutil.Process(before["first"]).kill()
    assert wait_until(lambda: players(pool).get("first") not in {None, before["first"]}, 1)
    assert players(pool)["second"] == before["second"]


def test_a_stopped_worker_is_killed_and_replaced(pool: psutil.Popen) -> None:
    before = players(pool)
    psutil.Process(before["second"]).suspend()
    assert wait_until(lambda: players(pool).get("second") not in {None, before["second"]}, SILENCE_SECONDS + 3)
    assert players(pool)["first"] == before["first"]


def test_a_pool_that_was_itself_stopped_kills_nobody(pool: psutil.Popen) -> None:
    before = players(pool)
    processes = [*pool.children(), pool]
    for one in processes:
        one.suspend()
    time.sleep(SILENCE_SECONDS + 1)
    for one in reversed(processes):
        one.resume()
    time.sleep(1)
    assert players(pool) == before


@pytest.mark.parametrize("pool", [["leaver"]], indirect=True)
def test_a_worker_that_ends_soon_is_started_again_with_growing_patience(pool: psutil.Popen) -> None:
    seen: set[int] = set()
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        seen |= {players(pool).get("leaver", 0)} - {0}
        time.sleep(0.02)
    # At 0, 0.45, 1.15, 2.35 s: the wait doubles from a quarter of a second.
    assert 3 <= len(seen) <= 5


@pytest.mark.parametrize("pool", [["eater"]], indirect=True)
def test_a_worker_that_takes_too_much_memory_is_renewed(pool: psutil.Popen) -> None:
    assert wait_until(lambda: "eater" in players(pool), 5)
    before = players(pool)
    assert wait_until(lambda: players(pool).get("eater") not in {None, before["eater"]}, 20)
    assert players(pool)["first"] == before["first"]


def test_a_terminated_pool_ends_its_workers_and_returns_well(pool: psutil.Popen) -> None:
    children = pool.children()
    pool.terminate()
    assert pool.wait(10) == 0
    assert not any(child.is_running() for child in children)


def test_no_worker_outlives_a_killed_pool(pool: psutil.Popen) -> None:
    children = pool.children()
    pool.send_signal(signal.SIGKILL)
    assert wait_until(lambda: not any(child.is_running() for child in children), 5)


def test_a_new_worker_takes_back_what_its_predecessor_held_and_nobody_elses(database: Database) -> None:
    mine, others = promise(database, AddTenant("甲物业")), promise(database, AddTenant("乙物业"))
    lost = must_claim(database, mine, "default@gate:workers/old")
    must_claim(database, others, "default@gate:more-workers/old")
    with database.sessions.begin() as session:
        assert release(session, "default@gate:workers/") == 1
    assert _held(database, others)
    again = claim(database, mine, "default@gate:workers/new")
    assert again is not None and again.fence > lost.fence
    assert 0 < job_row(database, mine).reclaim_seconds < 5


def _held(database: Database, job_id: UUID) -> bool:
    return job_row(database, job_id).lease_owner is not None
