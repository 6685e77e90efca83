"""Outbox → RQ: turns promises that are due into hints. A hint is a row id; losing one costs a reconciler's round."""

import threading
import time

import psycopg
import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.queue import EnqueueData
from rq.serializers import JSONSerializer
from sqlalchemy.exc import SQLAlchemyError

from backend.infrastructure.listen import Listener, listening
from backend.infrastructure.outbox.hints import Hint, give_back, take_unhinted
from backend.infrastructure.outbox.promise import PROMISED
from backend.infrastructure.unit_of_work import Database

log = structlog.get_logger()

PERFORM = "workers.rq_worker.perform"
BATCH = 200
IDLE_SECONDS = 1.0
"""Jobs that become due by time alone are found within this."""
BUSY_SECONDS = 0.1
BUSY_FOR_SECONDS = 2.0
"""After a hint: room for the next of a backlog comes without a notification."""
REDIS_SECONDS = 3.0


def connect(url: str) -> Redis:
    """A Redis that answers within seconds or raises: a hanging one must not hold the relay."""
    return Redis.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS)


class Relay:
    def __init__(self, database: Database, redis: Redis) -> None:
        self._database = database
        self._redis = redis
        self._queues: dict[str, Queue] = {}

    def run(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            try:
                with listening(self._database, [PROMISED]) as listener:
                    self._hint_until(stopping, listener)
            except (psycopg.Error, SQLAlchemyError, RedisError, OSError) as failure:
                log.warning("relay waits", error=type(failure).__name__)
                stopping.wait(IDLE_SECONDS)

    def _hint_until(self, stopping: threading.Event, listener: Listener) -> None:
        busy_until = 0.0
        while not stopping.is_set():
            hinted = self.hint()
            if hinted:
                busy_until = time.monotonic() + BUSY_FOR_SECONDS
            if hinted < BATCH:
                listener.wait(BUSY_SECONDS if time.monotonic() < busy_until else IDLE_SECONDS)

    def hint(self) -> int:
        """How many were hinted. Raises RedisError, and then none is marked as hinted.

        Marked and committed first: while Redis is slow no row stays locked, and the direct runner may claim it.
        """
        with self._database.sessions.begin() as session:
            hints = take_unhinted(session, BATCH)
        try:
            self._enqueue(hints)
        except RedisError:
            with self._database.sessions.begin() as session:
                give_back(session, hints)
            raise
        return len(hints)

    def _enqueue(self, hints: list[Hint]) -> None:
        with self._redis.pipeline(transaction=False) as pipeline:
            for name in {hint.queue for hint in hints}:
                jobs = [_job(hint) for hint in hints if hint.queue == name]
                self._queue(name).enqueue_many(jobs, pipeline=pipeline)
            if hints:
                pipeline.execute()

    def _queue(self, name: str) -> Queue:
        if name not in self._queues:
            self._queues[name] = Queue(name, connection=self._redis, serializer=JSONSerializer)
        return self._queues[name]


def _job(hint: Hint) -> EnqueueData:
    # The fence in the id tells two hints of one row apart; nothing is read back from RQ, so nothing is kept.
    return Queue.prepare_data(
        PERFORM,
        args=[str(hint.id)],
        job_id=f"{hint.id}-{hint.fence}",
        at_front=hint.lost,
        timeout=-1,
        result_ttl=0,
        failure_ttl=60,
        description="outbox",
    )
