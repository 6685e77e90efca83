"""Verifying a backup, and putting it in the place of what is there."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url

from backend.backup.archive import DATABASE, MEDIA, Manifest, read_archive
from backend.backup.errors import BackupError
from backend.backup.postgres import restoring
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.keys import Keys, load_keys
from backend.infrastructure.media.store import MediaStore
from backend.infrastructure.migrate import upgrade
from backend.infrastructure.schema import expected_revision
from backend.infrastructure.settings import Settings

# What happened after the backup is unknown. Every open promise is looked up before anything is sent, whoever was
# logged out stays logged out, and an open log-in begins anew.
AFTERWARDS: Mapping[str, str] = {
    "open jobs made uncertain": """
        UPDATE outbox_job SET state = 'uncertain', uncertain_count = uncertain_count + 1, fence = fence + 1,
            lease_owner = NULL, lease_until = NULL, hinted_at = NULL WHERE finished_at IS NULL""",
    "staff sessions ended": "UPDATE staff_session SET revoked_at = now() WHERE revoked_at IS NULL",
    "resident tokens revoked": "UPDATE resident_token SET revoked_at = now() WHERE revoked_at IS NULL",
    "open log-ins dropped": "DELETE FROM staff_challenge",
}

_TABLES = """
    SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        AND relname <> 'alembic_version'
"""
_DROP_OURS = """
DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT oid::regclass AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
        AND relkind IN ('r', 'p') AND NOT relispartition AND relowner = current_user::regrole
    LOOP EXECUTE format('DROP TABLE %s CASCADE', one.name); END LOOP;
    FOR one IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        AND proowner = current_user::regrole
    LOOP EXECUTE format('DROP FUNCTION %s', one.name); END LOOP;
END $$
"""


def verify_backup(path: Path, keys: Keys) -> Manifest:
    """Opens every part and compares it with the manifest; restores nothing. Raises BackupUnreadable."""
    return read_archive(path, keys, lambda name, body: None)


def restore_backup(here: Platform, path: Path, *, force: bool) -> tuple[Manifest, Mapping[str, int]]:
    """Replaces the database and adds the media; returns what was done afterwards, with counts.

    Everything that can be refused is refused before anything is touched. Raises BackupError.
    """
    keys = load_keys(here.settings.keys_file)
    manifest = verify_backup(path, keys)
    _refuse_unsuited(manifest, here.settings)
    with _owner(here.settings.database_owner_url) as connection:
        if not force and connection.execute(text(_TABLES)).scalar_one():
            raise BackupError("the database is not empty; stop everything, then add --force to replace it")
        drop_everything(connection, manifest.app_role)
    _put_back(here, path, keys)
    upgrade(here.settings.database_owner_url, here.settings.database_url)
    with _owner(here.settings.database_owner_url) as connection:
        return manifest, {what: connection.execute(text(how)).rowcount for what, how in AFTERWARDS.items()}


def drop_everything(connection: Connection, app_role: str) -> None:
    """Every table and function of the connection's role in the schema; the extension is not its own, and stays.

    Default privileges go, too: those of an earlier migration would be given to restored tables beside their own,
    and the application could change what was audited.
    """
    connection.execute(text(_DROP_OURS))
    quoted = connection.dialect.identifier_preparer.quote(app_role)
    connection.execute(text(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM {quoted}"))


def _refuse_unsuited(manifest: Manifest, settings: Settings) -> None:
    if manifest.revision > expected_revision():
        raise BackupError(f"the backup has schema {manifest.revision}: install version {manifest.version} first")
    roles = {str(make_url(url).username) for url in (settings.database_owner_url, settings.database_url)}
    if roles != {manifest.owner_role, manifest.app_role}:
        raise BackupError(f"the backup's roles are {manifest.owner_role} and {manifest.app_role}; use the same names")


@contextmanager
def _owner(url: str) -> Iterator[Connection]:
    engine = create_engine(url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def _put_back(here: Platform, path: Path, keys: Keys) -> None:
    with restoring(here.settings.database_owner_url) as database:
        read_archive(path, keys, lambda name, body: _take(database, here.media, name, body))


def _take(database: IO[bytes], media: MediaStore, name: str, body: bytes) -> None:
    if name.startswith(DATABASE):
        database.write(body)
    elif name.startswith(MEDIA):
        media.put_back(name.removeprefix(MEDIA), body)
