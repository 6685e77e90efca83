"""How a figure is taken and printed."""

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor


def show(name: str, value: float, unit: str) -> None:
    print(f"{name} {value:.3g} {unit}", flush=True)


def compare(name: str, ours: float, baseline: float, unit: str) -> None:
    """One line for ours, one for the baseline of the same run, one for ours divided by it."""
    show(name, ours, unit)
    show(f"{name}_baseline", baseline, unit)
    show(f"{name}_ratio", ours / baseline, "x")


def seconds_of(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def alternately(ours: Callable[[], float], baseline: Callable[[], float], rounds: int = 5) -> tuple[float, float]:
    """The medians of both, taken in turn: whatever else the machine does meets them alike."""
    pairs = [(ours(), baseline()) for _ in range(rounds)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def rate(work: Callable[[int], object], count: int, threads: int = 1) -> float:
    """Calls a second, `threads` at a time."""
    with ThreadPoolExecutor(threads) as pool:
        return count / seconds_of(lambda: list(pool.map(work, range(count))))


def percentile(values: Sequence[float], percent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]
