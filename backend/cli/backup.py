"""Backups."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from backend.backup.archive import MEDIA, Manifest
from backend.backup.create import create_backup
from backend.backup.errors import BackupError
from backend.backup.restore import restore_backup, verify_backup
from backend.cli.context import OPERATOR, loaded_keys, platform, settings
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import unit_of_work

FILE = click.argument("file", type=click.Path(path_type=Path))
EXISTING = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def backup() -> None:
    """Database and media in one encrypted file."""


@backup.command("create")
@FILE
def create(file: Path) -> None:
    """Write a backup while everything runs; keep keys.toml apart from it, without it nobody can read it."""
    here = platform()
    with _told():
        manifest = create_backup(here, file)
    _record(here, "backup.created", manifest)
    click.echo(f"{file}: {file.stat().st_size} bytes; {_summary(manifest)}")
    if manifest.media_missing:
        click.echo(f"{len(manifest.media_missing)} media files are gone and not in it", err=True)


@backup.command("verify")
@EXISTING
def verify(file: Path) -> None:
    """Open and check every part without restoring anything."""
    with _told():
        click.echo(f"whole; {_summary(verify_backup(file, loaded_keys(settings())))}")


@backup.command("restore")
@EXISTING
@click.option("--force", is_flag=True, help="Replace what is in the database.")
def restore(file: Path, force: bool) -> None:
    """Put a backup in place of the database and its media; stop every process first."""
    here = platform()
    with _told():
        manifest, done = restore_backup(here, file, force=force)
    here.database.engine.dispose()
    _record(here, "backup.restored", manifest)
    click.echo(f"restored; {_summary(manifest)}")
    for what, count in done.items():
        click.echo(f"  {what}: {count}")
    click.echo("Look through `flask device list`: a device revoked after the backup is enrolled again.")


def _summary(manifest: Manifest) -> str:
    media = sum(name.startswith(MEDIA) for name in manifest.parts)
    rows = sum(manifest.tables.values())
    return f"made {manifest.created_at} by {manifest.version}, schema {manifest.revision}, {rows} rows, {media} media"


def _record(here: Platform, action: str, manifest: Manifest) -> None:
    with unit_of_work(here.database, OPERATOR) as work:
        work.record(action, Subject("backup", None), made_at=manifest.created_at, schema=manifest.revision)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BackupError as failure:
        raise click.ClickException(str(failure)) from None
