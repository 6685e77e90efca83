"""A backup is worth what a restore of it gives: made on one PostgreSQL, restored into another."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from backend.backup.restore import drop_everything
from backend.cli.database import row_counts
from backend.features.accounts.tables import StaffRow
from backend.features.media.tables import MediaRow
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.keys import Purpose, load_keys
from backend.infrastructure.settings import Settings
from backend.kernel.ids import uuid7
from backend.supervisor.postgres import APP, PostgresServer
from tests.drivers.console import Console, console
from tests.drivers.servers import embedded_postgres

PICTURE = b"\xff\xd8\xff a picture of a gate " * 100
PHONE = b"13800000001"
PLATE = "苏A12345".encode()


@pytest.fixture
def site(flask: Console) -> Console:
    """An installation with the demo in it, a picture of a gate, and one open job of each state."""
    flask.done("seed", "demo")
    here = flask.platform()
    with here.database.sessions.begin() as session:
        _add_picture(session, here)
        for state in ("pending", "running", "attempting", "done"):
            _add_job(session, state)
    return flask


def _add_picture(session: Session, here: Platform) -> None:
    device = session.execute(text("SELECT id, site_id FROM device LIMIT 1")).one()
    row = MediaRow(
        id=uuid7(),
        site_id=device.site_id,
        device_id=device.id,
        name=here.media.put(PICTURE, "image/jpeg"),
        sha256=b"",
        byte_count=len(PICTURE),
        content_type="image/jpeg",
        width=1,
        height=1,
        attached=True,
        created_at=here.database.clock(),
    )
    session.add(row)


def _add_job(session: Session, state: str) -> None:
    statement = text(
        """
        INSERT INTO outbox_job (id, kind, queue, urgent, payload, state, created_at, not_before, deadline, fence, tries,
            max_tries, attempts, uncertain_count, lease_owner, lease_until, finished_at)
        VALUES (:id, 'notices.send', 'default', true, '{}', :state, now(), now(), now() + interval '1 day', 1, 1,
            5, 1, 0, CASE WHEN :leased THEN 'somebody' END, CASE WHEN :leased THEN now() END,
            CASE WHEN :state = 'done' THEN now() END)
        """
    )
    session.execute(statement, {"id": uuid7(), "state": state, "leased": state in ("running", "attempting")})


@pytest.fixture
def archive(site: Console, tmp_path: Path) -> Path:
    site.done("backup", "create", str(tmp_path / "anlin.backup"))
    return tmp_path / "anlin.backup"


@pytest.fixture(scope="module")
def other_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    with embedded_postgres(tmp_path_factory.mktemp("elsewhere")) as server:
        yield server


@pytest.fixture
def elsewhere(site: Console, tmp_path: Path, other_server: PostgresServer) -> Iterator[Console]:
    """Another machine: an empty PostgreSQL, no media, and the keys that were kept apart."""
    urls = {"database_url": other_server.app_url, "database_owner_url": other_server.owner_url}
    with create_engine(other_server.owner_url).begin() as connection:
        drop_everything(connection, APP)
    keys = str(site.state_dir / "keys.toml")
    with console(replace(site.platform().settings, **urls), tmp_path / "elsewhere", KEYS_FILE=keys) as found:
        yield found


def counts(console: Console) -> Mapping[str, int]:
    return row_counts(console.platform().database.engine)


def one(console: Console, query: str) -> object:
    with console.platform().database.sessions() as session:
        return session.execute(text(query)).scalar_one()


def test_everything_is_there_again_on_another_machine(site: Console, archive: Path, elsewhere: Console) -> None:
    before = counts(site)
    elsewhere.done("backup", "restore", str(archive))
    after = dict(counts(elsewhere))
    # Made and restored are recorded after the snapshot.
    assert after.pop("audit_entry") == before["audit_entry"]
    assert after.pop("staff_challenge") == 0
    assert after == {name: before[name] for name in after}
    assert sum(before.values()) > 50


def test_sealed_names_and_pictures_are_readable_there(site: Console, archive: Path, elsewhere: Console) -> None:
    elsewhere.done("backup", "restore", str(archive))
    there = elsewhere.platform()
    with there.database.sessions() as session:
        assert "门卫张师傅" in session.scalars(select(StaffRow.display_name)).all()
        assert there.media.get(session.scalars(select(MediaRow.name)).one()) == PICTURE


def test_the_restored_audit_log_is_unbroken_and_still_closed_to_the_application(
    archive: Path, elsewhere: Console
) -> None:
    elsewhere.done("db-upgrade")  # its default privileges are not those of the audit log
    elsewhere.done("backup", "restore", str(archive), "--force")
    assert "findings 0" in elsewhere.done("audit", "verify")
    with pytest.raises(ProgrammingError, match="permission denied"):
        one(elsewhere, "UPDATE audit_entry SET action = '' RETURNING 1")


def test_the_restored_schema_is_the_one_of_the_migrations(archive: Path, elsewhere: Console) -> None:
    elsewhere.done("backup", "restore", str(archive))
    assert "up to date" in elsewhere.done("db-upgrade")
    months = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'capture'::regclass"
    assert int(str(one(elsewhere, months))) >= 3


def test_no_open_job_may_send_before_it_has_looked(archive: Path, elsewhere: Console) -> None:
    elsewhere.done("backup", "restore", str(archive))
    open_jobs = "SELECT string_agg(DISTINCT state, ',') FROM outbox_job WHERE finished_at IS NULL"
    assert one(elsewhere, open_jobs) == "uncertain"
    assert one(elsewhere, "SELECT count(*) FROM outbox_job WHERE lease_owner IS NOT NULL") == 0
    assert one(elsewhere, "SELECT count(*) FROM outbox_job WHERE state = 'done'") == 1


def test_whoever_was_logged_in_logs_in_again(archive: Path, elsewhere: Console) -> None:
    elsewhere.done("backup", "restore", str(archive))
    assert int(str(one(elsewhere, "SELECT count(*) FROM resident_token"))) > 0
    assert one(elsewhere, "SELECT count(*) FROM resident_token WHERE revoked_at IS NULL") == 0


def test_a_filled_database_is_replaced_only_by_force(site: Console, archive: Path) -> None:
    before = one(site, "SELECT count(*) FROM tenant")
    site.done("site", "create", "后来的小区", "--tenant", "后来的物业")
    assert "--force" in site.refused("backup", "restore", str(archive))
    assert one(site, "SELECT count(*) FROM tenant WHERE name = '后来的物业'") == 1
    site.done("backup", "restore", str(archive), "--force")
    assert one(site, "SELECT count(*) FROM tenant") == before


def test_the_archive_shows_nothing_and_holds_no_key(site: Console, archive: Path) -> None:
    content = archive.read_bytes()
    keys = load_keys(site.state_dir / "keys.toml")
    secrets = [keys.current(purpose).material for purpose in Purpose]
    assert not [needle for needle in (PHONE, PLATE, PICTURE[:40], b"PGDMP", *secrets) if needle in content]
    assert archive.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in archive.parent.glob("anlin.backup*")] == ["anlin.backup"]


def test_a_picture_that_is_gone_is_named_and_does_not_stop_the_backup(site: Console, tmp_path: Path) -> None:
    here = site.platform()
    with here.database.sessions() as session:
        here.media.delete(session.scalars(select(MediaRow.name)).one())
    assert "1 media files are gone" in site.done("backup", "create", str(tmp_path / "later"))
    assert "0 media" in site.done("backup", "verify", str(tmp_path / "later"))


def test_a_damaged_backup_is_refused_before_anything_is_touched(site: Console, archive: Path) -> None:
    content = archive.read_bytes()
    archive.write_bytes(content[:-20] + bytes([content[-20] ^ 1]) + content[-19:])
    before = counts(site)
    assert "changed or cut short" in site.refused("backup", "verify", str(archive))
    assert "changed or cut short" in site.refused("backup", "restore", str(archive), "--force")
    assert counts(site) == before


def test_other_keys_open_nothing(archive: Path, site: Console, tmp_path: Path) -> None:
    settings: Settings = site.platform().settings
    with console(settings, tmp_path / "other") as stranger:
        assert "keys create" in stranger.refused("backup", "verify", str(archive))
        stranger.done("keys", "create")
        assert "another backup key" in stranger.refused("backup", "verify", str(archive))


def test_a_backup_opens_after_its_key_was_rotated(site: Console, archive: Path) -> None:
    site.done("keys", "rotate", "backup")
    assert "whole" in site.done("backup", "verify", str(archive))
    site.done("keys", "retire", "backup", "1", "--yes")
    assert "backup key of version 1" in site.refused("backup", "verify", str(archive))


def test_an_existing_file_is_never_overwritten(site: Console, archive: Path) -> None:
    assert "there already" in site.refused("backup", "create", str(archive))
    assert "whole" in site.done("backup", "verify", str(archive))
