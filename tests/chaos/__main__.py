"""`python -m tests.chaos --events 10000 --faults 200`: events through real workers under random faults.

The last line is the count; the exit status is 1 where anything was lost, doubled or left, or found again too late.
"""

import argparse
import logging
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from backend.infrastructure.logging import configure_logging
from tests.chaos.installation import installed
from tests.chaos.offline_gate import OfflineRun, OfflineTally, database_alone
from tests.chaos.paused_worker import pause_a_worker
from tests.chaos.redis_away import Away, RedisAway
from tests.chaos.run import Run


def main() -> int:
    arguments = _arguments()
    configure_logging()
    logging.disable(logging.CRITICAL)  # of this process; the workers write theirs
    if arguments.offline_gate:
        return _say([offline_gate(arguments.events, arguments.kills, arguments.seed)])
    with installed(fencing=not arguments.no_fencing) as installation:
        if arguments.redis_away:
            return _say(RedisAway(installation)())
        if arguments.paused_worker:
            tally = pause_a_worker(installation)
        else:
            tally = Run(installation, arguments.events, arguments.faults, arguments.seed)()
    print(tally)
    return 0 if tally.passed else 1


def offline_gate(events: int, kills: int, seed: int) -> OfflineTally:
    print(f"seed {seed}; a gate that is cut off and killed", flush=True)
    with tempfile.TemporaryDirectory(prefix="anlin-offline-") as folder:
        Path(folder).chmod(0o755)
        with database_alone(Path(folder)) as platform:
            return OfflineRun(platform, Path(folder), events, kills, seed)()


def _say(found: Sequence[Away | OfflineTally]) -> int:
    print(*found, sep="\n")
    return 0 if all(one.passed for one in found) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.chaos", description="events through real workers under faults")
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED") or time.time()))
    parser.add_argument(
        "--offline-gate", action="store_true", help="only a gate without a network, killed --kills times"
    )
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--paused-worker", action="store_true", help="only the stale run, on purpose")
    parser.add_argument("--redis-away", action="store_true", help="only Redis away: how urgent jobs flow meanwhile")
    parser.add_argument("--no-fencing", action="store_true", help="take the fences out: the run must fail")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
