"""What Prometheus scrapes. Numbers of the outbox come from the database, which every process shares."""

import os
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import text

from backend.infrastructure.unit_of_work import Database

REQUEST_SECONDS = Histogram(
    "anlin_request_seconds",
    "Time to answer by route template",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
JOB_SECONDS = Histogram("anlin_job_seconds", "Time to run a job", ["kind", "outcome"])
SENDS = Counter("anlin_sends_total", "Outside messages by channel and result", ["channel", "result"])

_OUTBOX = text(
    """
    SELECT kind, state, count(*) AS jobs, extract(epoch FROM clock_timestamp() - min(not_before)) AS oldest
    FROM outbox_job WHERE finished_at IS NULL GROUP BY kind, state
    """
)
_LOST = text("SELECT kind, state, count(*) AS jobs FROM outbox_job WHERE state IN ('failed', 'expired') GROUP BY 1, 2")


class OutboxCollector:
    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        depth = GaugeMetricFamily("anlin_outbox_jobs", "Open jobs", labels=["kind", "state"])
        oldest = GaugeMetricFamily("anlin_outbox_oldest_seconds", "Age of the oldest due job", labels=["kind", "state"])
        lost = GaugeMetricFamily("anlin_outbox_given_up", "Jobs given up or expired", labels=["kind", "state"])
        with self._database.engine.connect() as connection:
            for row in connection.execute(_OUTBOX):
                depth.add_metric([row.kind, row.state], row.jobs)
                oldest.add_metric([row.kind, row.state], max(0.0, float(row.oldest)))
            for row in connection.execute(_LOST):
                lost.add_metric([row.kind, row.state], row.jobs)
        yield from (depth, oldest, lost)


def registry_for_scrape(database: Database) -> CollectorRegistry:
    """All worker processes of this web server together where PROMETHEUS_MULTIPROC_DIR is set."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REQUEST_SECONDS)
    registry.register(OutboxCollector(database))
    return registry
