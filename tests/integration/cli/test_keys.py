"""Rotating keys while everything goes on: old data is readable before, during and after."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from backend.features.accounts.tables import StaffRow
from backend.features.passes import service as passes
from backend.features.passes.model import Pass, PassFault, PassPurpose
from backend.features.visits.tables import VisitRow
from backend.infrastructure.audit.checkpoints import copy_to_witness, make_checkpoints
from backend.infrastructure.crypto import StandardCrypto
from backend.infrastructure.key_file import KeyFile
from backend.infrastructure.keys import Purpose, load_keys
from backend.infrastructure.reseal import count_sealed_with, sealed_columns
from backend.kernel.ids import SiteId, uuid7
from backend.tables import METADATA
from tests.drivers.console import Console

FIELDS = ("fields", "1", "--yes")


@pytest.fixture
def site(flask: Console) -> Console:
    flask.done("seed", "demo")
    return flask


def names(flask: Console) -> list[str]:
    with flask.platform().database.sessions() as session:
        return sorted(session.scalars(select(StaffRow.display_name)))


def sealed_with(flask: Console, version: int) -> int:
    with flask.platform().database.sessions() as session:
        return count_sealed_with(session, METADATA, version)


def test_names_are_readable_before_during_and_after_a_rotation(site: Console) -> None:
    before = names(site)
    site.done("keys", "rotate", "fields")
    assert names(site) == before
    with site.platform().database.sessions.begin() as session:
        session.scalars(select(StaffRow).limit(1)).one().display_name = "新来的人"
    during = names(site)
    assert sealed_with(site, 2) == 1
    site.done("keys", "reencrypt")
    assert names(site) == during
    assert (sealed_with(site, 1), sealed_with(site, 2) > 10) == (0, True)
    site.done("keys", "retire", *FIELDS)
    assert names(site) == during


def test_a_version_in_use_is_not_retired(site: Console) -> None:
    assert "current version" in site.refused("keys", "retire", "cookies", "1", "--yes")
    site.done("keys", "rotate", "fields")
    assert "flask keys reencrypt" in site.refused("keys", "retire", *FIELDS)
    assert load_keys(site.state_dir / "keys.toml").versions(Purpose.FIELDS) == [1, 2]


def test_encrypting_anew_twice_changes_nothing_the_second_time(site: Console) -> None:
    site.done("keys", "rotate", "fields")
    site.done("keys", "reencrypt")
    counts = [line.rsplit(" ", 1)[1] for line in site.done("keys", "reencrypt").splitlines() if "." in line]
    assert counts == ["0"] * len(sealed_columns(METADATA))


def test_a_running_process_reads_what_another_sealed_with_a_new_key(site: Console) -> None:
    """Two processes: the second one's keys were loaded before the rotation."""
    path = site.state_dir / "keys.toml"
    rotating, running = StandardCrypto(KeyFile(path).current), StandardCrypto(KeyFile(path).current)
    assert running.open(rotating.seal(b"old", b"x"), b"x") == b"old"
    site.done("keys", "rotate", "fields")
    sealed = rotating.seal(b"new", b"x")
    assert rotating.sealed_version(sealed) == 2
    assert running.open(sealed, b"x") == b"new"


def test_old_passes_open_until_their_key_is_retired(site: Console) -> None:
    here = site.platform()
    now = here.database.clock()
    value = Pass(uuid7(), SiteId(uuid7()), 1, now, now + timedelta(hours=1), 1, PassPurpose.VISIT)
    old = passes.sign_pass(here.crypto, value)
    site.done("keys", "rotate", "passes")
    assert isinstance(passes.open_pass(here.crypto, old), Pass)
    assert isinstance(passes.open_pass(here.crypto, passes.sign_pass(here.crypto, value)), Pass)
    assert "those visits" in site.refused("keys", "retire", "passes", "1", "--yes")
    with here.database.sessions.begin() as session:
        session.execute(text("UPDATE visit SET valid_from = now() - interval '2 day', valid_until = now()"))
    site.done("keys", "retire", "passes", "1", "--yes")
    assert passes.open_pass(here.crypto, old) is PassFault.UNKNOWN_KEY


def test_an_audit_key_is_kept_until_the_witness_has_its_checkpoints(site: Console) -> None:
    here = site.platform()
    with here.database.sessions.begin() as session:
        rows = make_checkpoints(session, here.crypto, here.database.clock())
    site.done("keys", "rotate", "audit")
    assert "witness" in site.refused("keys", "retire", "audit", "1", "--yes")
    copy_to_witness(rows, here.crypto, here.settings.audit_witness_dir)
    site.done("keys", "retire", "audit", "1", "--yes")
    assert "findings 0" in site.done("audit", "verify")


def test_the_look_up_key_cannot_be_rotated(site: Console) -> None:
    assert "cannot be rotated" in site.refused("keys", "rotate", "lookup")


def test_keys_are_listed_without_the_keys(site: Console) -> None:
    site.done("keys", "rotate", "backup")
    lines = json.loads(site.done("keys", "list", "--json"))
    assert [(x["version"], x["state"]) for x in lines if x["purpose"] == "backup"] == [(1, "old"), (2, "current")]
    assert not [word for word in site.done("keys", "list").split() if len(word) >= 40]


def test_creating_keys_again_keeps_the_first(flask: Console) -> None:
    flask.done("keys", "create")
    before = (flask.state_dir / "keys.toml").read_bytes()
    assert "there already" in flask.done("keys", "create")
    assert (flask.state_dir / "keys.toml").read_bytes() == before


def test_every_encrypted_column_is_found(site: Console) -> None:
    found = {f"{column.table.name}.{column.name}" for column in sealed_columns(METADATA)}
    assert {"person.phone", "visit.code", "staff.totp_secret"} <= found
    assert VisitRow.__tablename__ in {name.split(".")[0] for name in found}
