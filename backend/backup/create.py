"""Making a backup while everything runs."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url

from backend.backup.archive import DATABASE, MEDIA, ArchiveWriter, Manifest
from backend.backup.errors import BackupError
from backend.backup.postgres import dump_pieces
from backend.backup.stream import SealingWriter
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.keys import Purpose, load_keys
from backend.infrastructure.media.store import MediaMissing
from backend.infrastructure.schema import current_revision
from backend.infrastructure.version import VERSION
from backend.tables import METADATA


def create_backup(here: Platform, path: Path) -> Manifest:
    """Writes the file, readable by its owner alone; a file of that name is refused. Raises BackupError."""
    key = load_keys(here.settings.keys_file).current(Purpose.BACKUP)
    with _whole_or_nothing(path) as file, _snapshot(here.settings.database_owner_url) as connection:
        target = SealingWriter(file, key)
        archive = ArchiveWriter(target)
        _add_database(archive, here, connection)
        missing = _add_media(archive, here, connection)
        manifest = _manifest(here, connection, missing, archive.parts)
        archive.finish(manifest)
        target.finish()
    return manifest


@contextmanager
def _snapshot(owner_url: str) -> Iterator[Connection]:
    """One transaction that sees one instant: the dump, the names of media and the counts all belong to it."""
    engine = create_engine(owner_url)
    with engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True) as connection:
        yield connection
    engine.dispose()


def _add_database(archive: ArchiveWriter, here: Platform, connection: Connection) -> None:
    snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
    for number, piece in enumerate(dump_pieces(here.settings.database_owner_url, snapshot), start=1):
        archive.add(f"{DATABASE}{number:06d}", piece)


def _add_media(archive: ArchiveWriter, here: Platform, connection: Connection) -> list[str]:
    """Returns the names whose bytes are gone."""
    missing = []
    names = connection.execution_options(yield_per=1000).execute(text("SELECT name FROM media ORDER BY name")).scalars()
    for name in names:
        try:
            archive.add(MEDIA + name, here.media.get(name))
        except MediaMissing:
            missing.append(name)
    return missing


def _manifest(here: Platform, connection: Connection, missing: list[str], parts: Mapping[str, str]) -> Manifest:
    count = "SELECT count(*) FROM "
    return Manifest(
        version=VERSION,
        revision=str(current_revision(connection)),
        created_at=here.database.clock().isoformat(),
        owner_role=str(make_url(here.settings.database_owner_url).username),
        app_role=str(make_url(here.settings.database_url).username),
        tables={t.name: connection.execute(text(count + t.name)).scalar_one() for t in METADATA.sorted_tables},
        media_missing=missing,
        parts=parts,
    )


@contextmanager
def _whole_or_nothing(path: Path) -> Iterator[IO[bytes]]:
    if path.exists():
        raise BackupError(f"{path} is there already; choose another name")
    unfinished = path.with_name(path.name + ".part")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
