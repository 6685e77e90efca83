"""The audit log is one unbroken chain a tenant, and the application cannot rewrite it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from backend.infrastructure.audit.checkpoints import copy_to_witness, make_checkpoints
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.audit.verifier import Result, verify
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import Database, unit_of_work
from backend.kernel.clock import utc_now
from backend.kernel.identity import system_actor
from backend.kernel.ids import TenantId, uuid7
from backend.supervisor.postgres import PostgresServer

TENANTS = [TenantId(uuid7()) for _ in range(3)]


def record(database: Database, n: int) -> None:
    """Two tenants in one transaction, in changing order: where locks could deadlock."""
    with unit_of_work(database, system_actor()) as work:
        for tenant in (TENANTS[n % 3], TENANTS[(n + 1) % 3]):
            work.record("gate.opened", Subject("gate", None), tenant_id=tenant, number=n)


def verified(postgres: PostgresServer, witness: Path) -> Result:
    return verify(postgres.owner_url, witness)


@pytest.fixture
def chained(database: Database) -> Database:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: record(database, n), range(90)))
    return database


@pytest.fixture
def witness(chained: Database, platform: Platform, tmp_path: Path) -> Path:
    with chained.sessions.begin() as session:
        rows = make_checkpoints(session, platform.crypto, utc_now())
    copy_to_witness(rows, platform.crypto, tmp_path)
    return tmp_path


def as_owner(postgres: PostgresServer, statement: str) -> None:
    engine = create_engine(postgres.owner_url)
    with engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount
    engine.dispose()


def test_entries_written_at_once_make_an_unbroken_chain(
    chained: Database, witness: Path, postgres: PostgresServer
) -> None:
    result = verified(postgres, witness)
    assert (result.entries, result.checkpoints, result.findings) == (180, 3, [])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET action = 'nothing' WHERE sequence = 1",
        "DELETE FROM audit_entry WHERE sequence = 1",
        "TRUNCATE audit_entry",
        "DELETE FROM audit_head",
        "UPDATE audit_checkpoint SET sequence = 1",
        "DELETE FROM audit_checkpoint",
        "DROP TABLE audit_entry",
        "CREATE TABLE elsewhere (id int)",
    ],
)
def test_the_applications_role_may_not_rewrite_the_log(chained: Database, statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), chained.sessions.begin() as session:
        session.execute(text(statement))


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_entry SET facts = '{\"number\": 7777}' WHERE sequence = 20",
        "UPDATE audit_entry SET at = at + interval '1 microsecond' WHERE sequence = 20",
        "DELETE FROM audit_entry WHERE sequence = 20",
        "DELETE FROM audit_entry WHERE sequence > 40",
        "UPDATE audit_entry SET sequence = sequence + 1000 WHERE sequence = 60",
        "DELETE FROM audit_entry",
    ],
)
def test_tampering_by_the_databases_owner_is_found(postgres: PostgresServer, witness: Path, tampering: str) -> None:
    as_owner(postgres, tampering)
    assert verified(postgres, witness).findings
