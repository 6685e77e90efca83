"""What happens by the clock; the background process promises it and runs none of it."""

from datetime import timedelta

from backend.features.gate_lists.jobs import WatchGateLists
from backend.features.upkeep.jobs import ApplyRetention, PreparePartitions, SignCheckpoints, SweepMedia
from backend.infrastructure.schedule import Schedule

SCHEDULES = (
    Schedule("watch_gate_lists", timedelta(seconds=20), WatchGateLists),
    Schedule("sign_checkpoints", timedelta(minutes=1), SignCheckpoints),
    Schedule("prepare_partitions", timedelta(days=1), PreparePartitions),
    Schedule("sweep_media", timedelta(days=1), SweepMedia, timedelta(hours=19)),
    Schedule("apply_retention", timedelta(hours=1), ApplyRetention, timedelta(minutes=7)),
)
