"""The RQ side: one process, one queue, no fork per job, JSON instead of pickle."""

import time
from uuid import UUID

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer
from rq.worker import SimpleWorker
from sqlalchemy.exc import SQLAlchemyError

from workers.running import Runner

log = structlog.get_logger()

WORKER_TTL_SECONDS = 30
MAINTENANCE_SECONDS = 10
LONGEST_REDIS_WAIT_SECONDS = 5.0
REDIS_AWAY_SECONDS = 1.0


class Worker(SimpleWorker):
    max_connection_wait_time = LONGEST_REDIS_WAIT_SECONDS


class _Process:
    """What `perform` needs; RQ calls a function by name, so the runner has to be found through the module."""

    runner: Runner


def perform(job_id: str) -> None:
    """The one function RQ calls: the row of that id, claimed in the database."""
    try:
        _Process.runner.run(UUID(job_id))
    except SQLAlchemyError as failure:
        # The hint is spent and the row still says pending: the reconciler hints again.
        log.warning("database away, hint dropped", error=type(failure).__name__)


def work(redis: Redis, queue: str, runner: Runner) -> None:
    """Until SIGTERM: the current job is finished first. A Redis that is away is waited for."""
    _Process.runner = runner
    while True:
        try:
            _worker(redis, queue, runner.owner).work(with_scheduler=False, logging_level="WARNING")
        except RedisError as failure:
            log.warning("worker waits", error=type(failure).__name__)
            time.sleep(REDIS_AWAY_SECONDS)
        else:
            return


def _worker(redis: Redis, queue: str, name: str) -> Worker:
    return Worker(
        [Queue(queue, connection=redis, serializer=JSONSerializer)],
        name=name,
        connection=redis,
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL_SECONDS,
        maintenance_interval=MAINTENANCE_SECONDS,
        log_job_description=False,
    )
