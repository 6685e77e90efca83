"""The verifier against everything that somebody with the database in hand could do to the log."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from backend.infrastructure.audit.checkpoints import copy_to_witness, make_checkpoints
from backend.infrastructure.audit.entry import GENESIS, AuditEntry, Subject, chained_hash
from backend.infrastructure.audit.verifier import Result, verify
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.identity import Actor, ActorKind, Role
from backend.kernel.ids import TenantId, uuid7
from backend.supervisor.postgres import PostgresServer

ENTRIES = 12
TENANT = TenantId(UUID(int=7))
GUARD = Actor(ActorKind.STAFF, uuid7(), TENANT, frozenset({Role.GUARD}))
COLUMNS = (
    "tenant_id", "sequence", "at", "actor_kind", "actor_id", "action", "subject_kind", "subject_id", "purpose", "facts",
    "hash",
)  # fmt: skip

Intruder = "psycopg.Connection[tuple[Any, ...]]"


@pytest.fixture
def witness(tmp_path: Path) -> Path:
    return tmp_path / "witness"


@pytest.fixture
def log(platform: Platform, witness: Path) -> Platform:
    """Twelve entries, the last of them signed."""
    for number in range(ENTRIES):
        with unit_of_work(platform.database, GUARD) as work:
            work.record("barrier.opened", Subject("passage", uuid7()), purpose="gate_duty", nth=number, reason="guest")
    checkpoint(platform, witness)
    return platform


def checkpoint(platform: Platform, witness: Path) -> None:
    with platform.database.sessions.begin() as session:
        rows = make_checkpoints(session, platform.crypto, platform.database.clock())
    copy_to_witness(rows, platform.crypto, witness)


@pytest.fixture
def intruder(postgres: PostgresServer) -> Iterator[Intruder]:
    """Somebody with the superuser's password."""
    with psycopg.connect(postgres.superuser_url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


def verified(platform: Platform, witness: Path) -> Result:
    return verify(platform.settings.database_url, witness)


def test_an_untouched_log_has_no_findings(log: Platform, witness: Path) -> None:
    assert verified(log, witness) == Result(ENTRIES, 1, [])


def changed(value: Any) -> Any:
    """The value with one bit of it turned."""
    match value:
        case UUID():
            return UUID(int=value.int ^ 1)
        case int():
            return value ^ 64
        case bytes():
            return bytes([value[0] ^ 1]) + value[1:]
        case str():
            return chr(ord(value[0]) ^ 1) + value[1:]
        case datetime():
            return value.replace(microsecond=value.microsecond ^ 1)
        case dict():
            return Jsonb({**value, "nth": value["nth"] ^ 1})
    raise TypeError(type(value))


@pytest.mark.parametrize("sequence", [1, 6, ENTRIES])
@pytest.mark.parametrize("column", COLUMNS)
def test_one_changed_bit_of_any_column_is_found(
    log: Platform, witness: Path, intruder: Intruder, column: str, sequence: int
) -> None:
    [value] = intruder.execute(f"SELECT {column} FROM audit_entry WHERE sequence = %s", [sequence]).fetchone()
    intruder.execute(f"UPDATE audit_entry SET {column} = %s WHERE sequence = %s", [changed(value), sequence])
    assert verified(log, witness).findings


def test_every_byte_of_a_hash_counts(log: Platform, witness: Path, intruder: Intruder) -> None:
    for place in range(32):
        flip = "UPDATE audit_entry SET hash = set_byte(hash, %s, get_byte(hash, %s) # 1) WHERE sequence = 5"
        intruder.execute(flip, [place, place])
        assert verified(log, witness).findings
        intruder.execute(flip, [place, place])
    assert not verified(log, witness).findings


def delete_one(intruder: Intruder) -> None:
    intruder.execute("DELETE FROM audit_entry WHERE sequence = 6")


def delete_the_first(intruder: Intruder) -> None:
    intruder.execute("DELETE FROM audit_entry WHERE sequence = 1")


def insert_one(intruder: Intruder) -> None:
    intruder.execute(
        "INSERT INTO audit_entry SELECT tenant_id, sequence + 1, at, actor_kind, actor_id, action, subject_kind,"
        " subject_id, purpose, facts, hash FROM audit_entry WHERE sequence = 12"
    )


def swap_two(intruder: Intruder) -> None:
    for old, new in ((5, 100), (6, 5), (100, 6)):
        intruder.execute("UPDATE audit_entry SET sequence = %s WHERE sequence = %s", [new, old])


def cut_the_tail(intruder: Intruder) -> None:
    intruder.execute("DELETE FROM audit_entry WHERE sequence > 10")
    intruder.execute("UPDATE audit_head SET sequence = 10, hash = (SELECT hash FROM audit_entry WHERE sequence = 10)")


def delete_everything(intruder: Intruder) -> None:
    for table in ("audit_entry", "audit_head", "audit_checkpoint"):
        intruder.execute(f"DELETE FROM {table}")


def write_the_chain_anew(intruder: Intruder) -> None:
    """From the sixth entry on, with right hashes: only somebody who kept a signed head can tell."""
    columns = "tenant_id, at, actor_kind, actor_id, action, subject_kind, subject_id, purpose, facts, sequence, hash"
    previous = GENESIS
    for row in intruder.execute(f"SELECT {columns} FROM audit_entry ORDER BY sequence").fetchall():
        tenant, at, kind, actor, action, subject_kind, subject, purpose, facts, sequence, stored = row
        action = "barrier.refused" if sequence == 6 else action
        entry = AuditEntry(tenant, at, kind, actor, action, Subject(subject_kind, subject), purpose, facts)
        previous = chained_hash(previous, entry, sequence)
        assert sequence >= 6 or previous == stored
        change = "UPDATE audit_entry SET action = %s, hash = %s WHERE sequence = %s"
        intruder.execute(change, [action, previous, sequence])
    intruder.execute("UPDATE audit_head SET hash = %s", [previous])
    intruder.execute("DELETE FROM audit_checkpoint")


ATTACKS: Mapping[str, tuple[Callable[[Intruder], None], str]] = {
    "an entry deleted": (delete_one, "expected entry 6"),
    "the first entry deleted": (delete_the_first, "expected entry 1"),
    "an entry inserted": (insert_one, "does not match"),
    "two entries swapped": (swap_two, "does not match"),
    "the tail cut": (cut_the_tail, "ends before a signed checkpoint"),
    "everything deleted": (delete_everything, "ends before a signed checkpoint"),
    "the chain written anew": (write_the_chain_anew, "differs from a signed checkpoint"),
}


@pytest.mark.parametrize(("attack", "finding"), ATTACKS.values(), ids=ATTACKS.keys())
def test_an_attack_is_found_and_named(
    log: Platform, witness: Path, intruder: Intruder, attack: Callable[[Intruder], None], finding: str
) -> None:
    attack(intruder)
    assert [found for found in verified(log, witness).findings if finding in found.what]


@pytest.mark.parametrize("attack", [cut_the_tail, write_the_chain_anew])
def test_without_the_witness_a_cut_or_rewritten_chain_looks_whole(
    log: Platform, tmp_path: Path, intruder: Intruder, attack: Callable[[Intruder], None]
) -> None:
    """Why the witness folder has to be somebody else's."""
    attack(intruder)
    assert not verified(log, tmp_path / "nothing").findings


def test_a_forged_line_in_the_witness_is_found(log: Platform, witness: Path) -> None:
    [file] = witness.iterdir()
    line = file.read_text().replace('"seq": 12', '"seq": 11')
    file.write_text(line)
    assert [found.what for found in verified(log, witness).findings] == ["the witness's signature is not valid"]


def test_each_later_checkpoint_is_held_against_the_log(log: Platform, witness: Path) -> None:
    with unit_of_work(log.database, GUARD) as work:
        work.record("barrier.opened", Subject("passage", uuid7()))
    checkpoint(log, witness)
    assert verified(log, witness) == Result(ENTRIES + 1, 2, [])


def test_the_log_of_one_tenant_does_not_hide_anothers(log: Platform, witness: Path, intruder: Intruder) -> None:
    other = Actor(ActorKind.STAFF, uuid7(), TenantId(UUID(int=9)), frozenset({Role.GUARD}))
    with unit_of_work(log.database, other) as work:
        work.record("barrier.opened", Subject("passage", uuid7()))
    intruder.execute("UPDATE audit_entry SET at = %s WHERE tenant_id = %s", [datetime(2020, 1, 1, tzinfo=UTC), TENANT])
    assert {found.tenant for found in verified(log, witness).findings} == {str(TENANT)}
