"""Events through real worker processes under random faults (`make chaos` runs ten thousand), and the proof that
the harness would see a doubled effect: without fences a worker that comes back late writes a second time.
"""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.supervisor.settings import REPOSITORY

FIGURES = re.compile(
    r"events (?P<events>\d+) faults (?P<faults>\d+) lost (?P<lost>\d+) doubled (?P<doubled>\d+) "
    r"uncertain \d+ unfinished (?P<unfinished>\d+) reclaim_p99_s [\d.]+"
)


def chaos(*arguments: str) -> tuple[dict[str, int], int]:
    """The last line's figures, and the exit status; how soon lost jobs are found again is for `make chaos` to judge."""
    command = [sys.executable, "-m", "tests.chaos", *arguments]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    found = FIGURES.fullmatch((done.stdout.splitlines() or [""])[-1])
    assert found, done.stdout + done.stderr
    return {name: int(value) for name, value in found.groupdict().items()}, done.returncode


@pytest.mark.timeout(400)
def test_nothing_is_lost_doubled_or_left_under_random_faults() -> None:
    figures, _ = chaos("--events", "80", "--faults", "3")
    assert figures == {"events": 80, "faults": 3, "lost": 0, "doubled": 0, "unfinished": 0}


@pytest.mark.timeout(200)
def test_a_worker_that_comes_back_late_writes_nothing_and_without_fences_writes_twice() -> None:
    """Two installations at once: both mostly wait for a lease to run out."""
    with ThreadPoolExecutor(2) as both:
        unfenced = both.submit(chaos, "--paused-worker", "--no-fencing")
        fenced, status = chaos("--paused-worker")
    assert (fenced["lost"], fenced["doubled"], status) == (0, 0, 0)
    figures, failed = unfenced.result()
    assert (figures["doubled"], failed) == (1, 1)
