"""Commands find their database by themselves, and never the wrong one."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Column, Integer, Table

from backend.cli import add_commands
from backend.cli.installation import with_running_servers
from backend.infrastructure.sealed import VAULT
from backend.supervisor.lock import exclusive
from backend.supervisor.postgres import PostgresServer
from backend.tables import METADATA


@pytest.fixture(autouse=True)
def _vault_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scratch platform brings keys of its own; the tests after this one have theirs."""
    monkeypatch.setattr(VAULT, "_crypto", VAULT._crypto)


def test_commands_use_the_servers_of_the_installation_that_runs_here(tmp_path: Path) -> None:
    state = {"STATE_DIR": str(tmp_path)}
    server = PostgresServer(tmp_path)
    try:
        with exclusive(tmp_path):
            found = with_running_servers(state)
        assert (found["DATABASE_URL"], found["DATABASE_OWNER_URL"]) == (server.app_url, server.owner_url)
        assert with_running_servers(state) == state
    finally:
        server.remove_outside_folders()


def test_a_database_that_is_named_wins(tmp_path: Path) -> None:
    named = {"STATE_DIR": str(tmp_path), "DATABASE_URL": "postgresql+psycopg://app@/anlin"}
    with exclusive(tmp_path):
        assert with_running_servers(named) == named


def invoke(environ: dict[str, str], *words: str) -> tuple[int, str]:
    app = Flask("anlin")
    add_commands(app, environ, lambda _: {})
    with app.app_context():
        result = app.test_cli_runner().invoke(args=list(words))
    return result.exit_code, result.output


def test_without_any_database_a_command_says_what_to_set(tmp_path: Path) -> None:
    status, printed = invoke({"STATE_DIR": str(tmp_path)}, "user", "list")
    assert status == 1
    assert "DATABASE_URL" in printed
    assert "make run" in printed


@pytest.mark.parametrize("differs", [False, True])
def test_migrations_are_walked_on_a_server_of_their_own_and_compared_with_the_tables(differs: bool) -> None:
    elsewhere = {"DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/real_data"}
    stray = Table("nowhere_migrated", METADATA, Column("id", Integer, primary_key=True)) if differs else None
    try:
        status, printed = invoke(elsewhere, "check-migrations")
    finally:
        if stray is not None:
            METADATA.remove(stray)
    assert (status, "nowhere_migrated" in printed) == ((1, True) if differs else (0, False))
