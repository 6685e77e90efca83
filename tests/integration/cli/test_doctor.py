"""The doctor finds what is wrong, says what to do, and fails only for what must not be."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from backend.infrastructure import presence
from backend.infrastructure.audit.checkpoints import make_checkpoints
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.schema import expected_revision
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.clock import utc_now
from backend.kernel.identity import system_actor
from backend.kernel.ids import uuid7
from backend.supervisor.processes import COMMON_ROLES
from backend.supervisor.redis_server import RedisServer
from tests.drivers.console import Console, console

LATE_JOB = """
    INSERT INTO outbox_job (id, kind, queue, urgent, payload, state, created_at, not_before, deadline, fence, tries,
        max_tries, attempts, uncertain_count)
    VALUES (:id, 'x', 'default', false, '{}', 'pending', :late, :late, now() + interval '1 day', 0, 0, 5, 0, 0)
"""
LATE_FEED_ROW = "INSERT INTO feed (id, kind, site_id, subject_id, at) VALUES (:id, 'x', :id, :id, :late)"

ROLES = ("recognition", *COMMON_ROLES)

Verdicts = dict[str, dict[str, str]]


def verdicts(flask: Console) -> tuple[int, Verdicts]:
    result = flask("doctor", "--json")
    return result.exit_code, {line["check"]: line for line in json.loads(result.output)}


def levels(found: Verdicts) -> dict[str, str]:
    return {name: line["level"] for name, line in found.items()}


@pytest.fixture
def healthy(platform: Platform, tmp_path: Path, redis_server: RedisServer) -> Iterator[Console]:
    settings = replace(platform.settings, redis_url=redis_server.url)
    sandbox = {"SMS_ENDPOINT": "http://127.0.0.1:1", "SMS_ACCESS_KEY_ID": "sandbox", "WECHAT_APP_ID": "wx0"}
    with console(settings, tmp_path / "var", **sandbox) as found:
        with found.platform().database.sessions.begin() as session:
            for role in ROLES:
                presence.say(session, f"{role}@here", role, [])
        yield found


def change(flask: Console, statement: str, **values: object) -> None:
    with flask.platform().database.sessions.begin() as session:
        session.execute(text(statement), values)


def test_a_healthy_installation_has_no_failure(healthy: Console) -> None:
    status, found = verdicts(healthy)
    unwell = {name: line for name, line in found.items() if line["level"] != "OK"}
    assert (status, set(unwell)) == (0, {"witness"}), unwell
    assert len(found) == 16


def test_a_role_that_nobody_plays_is_named(healthy: Console) -> None:
    change(healthy, "DELETE FROM process WHERE role = 'background'")
    _, found = verdicts(healthy)
    assert (found["processes"]["level"], found["processes"]["finding"]) == ("WARN", "no sign of life: background")


def test_an_engine_that_cannot_read_fails(healthy: Console) -> None:
    with healthy.platform().database.sessions.begin() as session:
        engine = {"name": "ppocr", "version": "1", "loaded": False, "available": False, "detail": "weights_changed"}
        presence.say(session, "recognition@here", "recognition", [engine])
    status, found = verdicts(healthy)
    assert status != 0
    assert (found["processes"]["level"], "weights_changed" in found["processes"]["finding"]) == ("FAIL", True)


def test_the_doctor_changes_nothing(healthy: Console) -> None:
    healthy.done("doctor")
    with healthy.platform().database.sessions() as session:
        assert session.execute(text("SELECT count(*) FROM audit_entry")).scalar_one() == 0
    assert not list((healthy.state_dir / "media").rglob("*/*"))


def test_the_owner_as_the_applications_role_fails(platform: Platform, tmp_path: Path) -> None:
    settings = replace(platform.settings, database_url=platform.settings.database_owner_url)
    with console(settings, tmp_path / "var") as careless:
        status, found = verdicts(careless)
    assert (status, found["role"]["level"]) == (1, "FAIL")
    assert "roles.sh" in found["role"]["advice"]


def test_an_old_schema_fails_with_the_command_that_mends_it(healthy: Console, platform: Platform) -> None:
    settings = replace(platform.settings, database_url=platform.settings.database_owner_url)
    with console(settings, healthy.state_dir) as owner:
        change(owner, "UPDATE alembic_version SET version_num = '0001'")
        try:
            status, found = verdicts(healthy)
        finally:
            change(owner, "UPDATE alembic_version SET version_num = :now", now=expected_revision())
    assert (status, found["migrations"]["level"]) == (1, "FAIL")
    assert "db-upgrade" in found["migrations"]["advice"]


def test_servers_that_are_away_fail_without_their_passwords_being_shown(platform: Platform, tmp_path: Path) -> None:
    nowhere = "postgresql+psycopg://anlin_app:hidden-word@127.0.0.1:1/anlin"
    settings = replace(platform.settings, database_url=nowhere, redis_url="redis://:hidden-word@127.0.0.1:1/0")
    with console(settings, tmp_path / "var") as cut_off:
        status, found = verdicts(cut_off)
        assert "hidden-word" not in cut_off("doctor").output
    assert status == 1
    assert {levels(found)[name] for name in ("clock", "role", "migrations", "redis", "outbox")} == {"FAIL"}


def test_keys_that_others_may_read_fail(healthy: Console) -> None:
    healthy.done("keys", "create")
    (healthy.state_dir / "keys.toml").chmod(0o644)
    status, found = verdicts(healthy)
    assert (status, found["keys"]["level"]) == (1, "FAIL")
    assert "chmod 600" in found["keys"]["advice"]


def test_too_many_connections_fail(platform: Platform, tmp_path: Path) -> None:
    with console(platform.settings, tmp_path / "var", POOL_SIZE="40") as greedy:
        status, found = verdicts(greedy)
    assert (status, found["pools"]["level"]) == (1, "FAIL")


@pytest.mark.parametrize(("minutes", "level"), [(2, "WARN"), (20, "FAIL")])
def test_late_jobs_and_live_pages_that_stand_still_are_found(healthy: Console, minutes: int, level: str) -> None:
    late = utc_now() - timedelta(minutes=minutes)
    change(healthy, LATE_JOB, id=uuid7(), late=late)
    assert levels(verdicts(healthy)[1])["outbox"] == level
    change(healthy, LATE_FEED_ROW, id=uuid7(), late=late)
    assert levels(verdicts(healthy)[1])["feed"] == "FAIL"


def test_an_entry_that_nobody_signed_for_an_hour_fails(healthy: Console) -> None:
    here = healthy.platform()
    an_hour_ago = replace(here.database, clock=lambda: utc_now() - timedelta(minutes=61))
    with unit_of_work(an_hour_ago, system_actor()) as work:
        work.record("site.looked", Subject("site", uuid7()))
    assert levels(verdicts(healthy)[1])["checkpoints"] == "FAIL"
    with here.database.sessions.begin() as session:
        make_checkpoints(session, here.crypto, utc_now())
    assert levels(verdicts(healthy)[1])["checkpoints"] == "OK"


def test_production_with_the_sandbox_fails_at_its_settings(platform: Platform, tmp_path: Path) -> None:
    sandbox = {"ANLIN_ENV": "production", "SMS_ENDPOINT": "http://127.0.0.1:8002", "PUBLIC_SCHEME": "https"}
    with console(platform.settings, tmp_path / "var") as development:
        development.app.config["ANLIN_ENVIRONMENT"] |= sandbox
        status, found = verdicts(development)
        development.app.config["ANLIN_ENVIRONMENT"] |= {"ANLIN_ENV": "development"}
    assert (status, list(found)) == (1, ["settings"])
    assert "sandbox" in found["settings"]["finding"]
