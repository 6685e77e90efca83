"""Migrations, as the database's owner."""

from collections.abc import Mapping

import click
from alembic.util import CommandError
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import ProgrammingError

from backend.bootstrap import build_platform
from backend.cli.context import settings
from backend.cli.demo import load_demo, load_demo_once
from backend.cli.installation import scratch_environment
from backend.infrastructure.keys import create_keys
from backend.infrastructure.migrate import check, downgrade, upgrade
from backend.infrastructure.schema import current_revision, expected_revision
from backend.infrastructure.settings import Settings, read_settings
from backend.kernel.clock import utc_now
from backend.tables import METADATA

FIRST = "0001"


@click.command("db-upgrade")
@click.option("--demo", is_flag=True, help="Also load the demo community, once.")
def db_upgrade(demo: bool) -> None:
    """Bring the database to this version; does nothing where it is there already."""
    click.echo(bring_up_to_date(settings()))
    if demo:
        click.echo(load_demo_once())


def bring_up_to_date(chosen: Settings) -> str:
    """Says what was done."""
    before = _revision(chosen.database_owner_url)
    if before == expected_revision():
        return f"database is up to date at {before}"
    upgrade(chosen.database_owner_url, chosen.database_url)
    return f"database migrated from {before or 'empty'} to {expected_revision()}"


def _revision(url: str) -> str | None:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return current_revision(connection)
    except ProgrammingError:
        return None
    finally:
        engine.dispose()


@click.command("check-migrations")
def check_migrations() -> None:
    """Migrate a scratch PostgreSQL up, down and up again, empty and with the demo in it; compare it with the code."""
    with scratch_environment() as environ:
        _walk_empty(read_settings(environ))
        _walk_populated(read_settings(environ))
    click.echo("migrations and tables agree")


def _walk_empty(scratch: Settings) -> None:
    owner, app = scratch.database_owner_url, scratch.database_url
    upgrade(owner, app)
    downgrade(owner, app)
    upgrade(owner, app)
    try:
        check(owner)
    except CommandError as difference:
        raise click.ClickException(f"migrations and tables differ: {difference}") from None


def _walk_populated(scratch: Settings) -> None:
    """Down to the first migration and up again must keep every row of the tables that the first one makes."""
    owner, app = scratch.database_owner_url, scratch.database_url
    create_keys(scratch.keys_file, utc_now())
    platform = build_platform(scratch)
    load_demo(platform)
    before = row_counts(platform.database.engine)
    platform.database.engine.dispose()  # its connections would hold locks against the migrations
    downgrade(owner, app, FIRST)
    first = set(inspect(platform.database.engine).get_table_names())
    platform.database.engine.dispose()
    upgrade(owner, app)
    after = row_counts(platform.database.engine)
    if any(after[table] != count for table, count in before.items() if table in first):
        raise click.ClickException("a migration down and up again lost rows")
    platform.database.engine.dispose()


def row_counts(engine: Engine) -> Mapping[str, int]:
    """Rows of every table of the platform."""
    with engine.connect() as connection:
        names = [table.name for table in METADATA.sorted_tables]
        return {name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in names}  # noqa: S608
