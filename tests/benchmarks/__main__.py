"""`python -m tests.benchmarks [NAME …]`: a `name value unit` line a figure, its baseline of the same run beside it."""

import argparse
import logging
import os
import sys

from backend.infrastructure.logging import configure_logging
from tests.benchmarks.audit import bench_audit
from tests.benchmarks.captures import bench_captures
from tests.benchmarks.figures import show
from tests.benchmarks.jobs import bench_jobs
from tests.benchmarks.latency import bench_latency
from tests.benchmarks.occupancy import bench_occupancy
from tests.benchmarks.plates import bench_plates
from tests.benchmarks.registers import bench_registers
from tests.benchmarks.web import bench_endpoint
from tests.chaos.installation import installed

BENCHES = {
    "jobs": bench_jobs,
    "endpoint": bench_endpoint,
    "audit": bench_audit,
    "captures": bench_captures,
    "latency": bench_latency,
    "plates": bench_plates,
    "registers": bench_registers,
    "occupancy": bench_occupancy,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.benchmarks")
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], help="all unless named")
    names = parser.parse_args().names or BENCHES
    configure_logging()
    logging.disable(logging.INFO)
    show("cores", os.cpu_count() or 1, "cores")
    for name in names:
        # A load from elsewhere weighs on baselines too, but not evenly: read ratios, and repeat where it is high.
        show(f"{name}_load_before", os.getloadavg()[0], "processes")
        with installed() as installation:
            BENCHES[name](installation)
    return 0


if __name__ == "__main__":
    sys.exit(main())
