"""`python -m tests.benchmarks.mutated_passes --count 1000000`: passes that are none, at a gate without a network.

The last line has how many were tried and admitted, and how long a verdict takes; the exit status is 1 where any opened
the gate or the slowest hundredth of genuine ones took longer than the bound.
"""

import argparse
import os
import random
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from backend.features.gate_lists.model import OfflineCredential, Outcome
from backend.features.gate_lists.terminal import Held
from tests.unit.gate_lists.lists import Gate, a_list, pass_row
from tests.unit.gate_lists.mutations import GENUINE, mutated

BOUND_MS = 5.0
SHARE = 20_000
GENUINE_TRIES = 5_000


def tried(seed: int, count: int) -> tuple[int, list[str]]:
    """How many were tried, and those that opened the gate."""
    dice, gate = random.Random(seed), Gate(Held(a_list(pass_row())))
    opened = [
        shown
        for shown in (mutated(dice)[1] for _ in range(count))
        if gate.show(OfflineCredential.PASS, shown).outcome is not Outcome.REFUSED
    ]
    return count, opened


def genuine_p99_ms() -> float:
    """Of one verdict on a genuine pass, signature and list included; wall time of this process."""
    gate, took = Gate(Held(a_list(pass_row()))), []
    for n in range(GENUINE_TRIES):
        started = time.perf_counter()
        verdict = gate.show(OfflineCredential.PASS, GENUINE[n % 2])
        took.append(time.perf_counter() - started)
        assert verdict.outcome is Outcome.ADMITTED
    return sorted(took)[int(len(took) * 0.99)] * 1000


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.benchmarks.mutated_passes")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED") or time.time()))
    arguments = parser.parse_args()
    p99 = genuine_p99_ms()
    shares = [min(SHARE, arguments.count - done) for done in range(0, arguments.count, SHARE)]
    with ProcessPoolExecutor() as pool:
        results = list(pool.map(tried, range(arguments.seed, arguments.seed + len(shares)), shares))
    count, opened = sum(n for n, _ in results), [shown for _, found in results for shown in found]
    print(*opened[:10], sep="\n", end="\n" if opened else "")
    print(f"seed {arguments.seed} mutated {count} admitted {len(opened)} verify_p99_ms {p99:.2f}")
    return 0 if not opened and p99 <= BOUND_MS else 1


if __name__ == "__main__":
    sys.exit(main())
