"""Migrations, as the database's owner."""

import click
from alembic import command
from alembic.util import CommandError

from backend.cli.context import settings
from backend.infrastructure.schema import alembic_config, upgrade


@click.command("db-upgrade")
def db_upgrade() -> None:
    """Bring the database to this version; does nothing where it is there already."""
    chosen = settings()
    upgrade(chosen.database_owner_url, chosen.database_url)
    click.echo("database is up to date")


@click.command("check-migrations")
def check_migrations() -> None:
    """Migrate a scratch database up, down and up again, and compare it with the tables in the code."""
    chosen = settings()
    config = alembic_config(chosen.database_owner_url)
    upgrade(chosen.database_owner_url, chosen.database_url)
    try:
        command.check(config)
    except CommandError as difference:
        raise click.ClickException(f"migrations and tables differ: {difference}") from None
    click.echo("migrations and tables agree")
