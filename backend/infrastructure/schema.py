"""Which migration the database is at, and which one this code expects."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.engine import make_url

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def alembic_config(owner_url: str = "", app_role: str | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = owner_url
    config.attributes["app_role"] = app_role
    return config


@cache
def expected_revision() -> str | None:
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def current_revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(owner_url: str, app_url: str) -> None:
    """Migrates as the owner, and grants the application's role what it needs."""
    owner, app = make_url(owner_url).username, make_url(app_url).username
    command.upgrade(alembic_config(owner_url, None if app == owner else app), "head")
