"""A terminal killed while it decides, on a network that flaps; `make offline` has ten thousand events and 100 kills."""

from pathlib import Path

from backend.infrastructure.http.platform import Platform
from tests.chaos.offline_gate import OfflineRun


def test_nothing_is_lost_doubled_or_disordered_by_power_cuts(platform: Platform, tmp_path: Path) -> None:
    tally = OfflineRun(platform, tmp_path, events=90, kills=3, seed=7)()
    assert (tally.events, tally.kills) == (90, 3)
    assert (tally.lost, tally.doubled, tally.disordered, tally.gaps) == (0, 0, 0, 0)
