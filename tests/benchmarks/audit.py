"""Transactions a second with the audit chain and without it."""

from dataclasses import replace
from functools import partial

from sqlalchemy import text

from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.unit_of_work import Database, unit_of_work
from backend.kernel.identity import system_actor
from backend.kernel.ids import TenantId, uuid7
from tests.benchmarks.figures import alternately, compare, rate
from tests.benchmarks.jobs import INSERT, create_bench_table
from tests.chaos.installation import Installation

COUNT, THREADS = 400, 4
ACTOR = system_actor(TenantId(uuid7()))


def bench_audit(installation: Installation) -> None:
    create_bench_table(installation)
    audited = installation.platform.database
    ours, bare = (partial(_rate, database) for database in (audited, replace(audited, audited=False)))
    compare("audited_tx_per_s", *alternately(ours, bare), "tx/s")
    with audited.sessions() as session:
        assert session.execute(text("SELECT count(*) FROM audit_entry WHERE action = 'bench.done'")).scalar_one()


def _rate(database: Database) -> float:
    return rate(partial(_transaction, database), COUNT, THREADS)


def _transaction(database: Database, _: int) -> None:
    with unit_of_work(database, ACTOR) as work:
        row_id = uuid7()
        work.session.execute(INSERT, {"id": row_id})
        work.record("bench.done", Subject("bench", row_id))
