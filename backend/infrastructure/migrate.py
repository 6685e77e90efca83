"""Moving the database from one migration to another, as its owner."""

import logging

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import make_url

from backend.infrastructure.schema import MIGRATIONS

# It announces each run, not only each change; whoever migrates prints the outcome.
logging.getLogger("alembic").setLevel(logging.WARNING)


def alembic_config(owner_url: str = "", app_role: str | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = owner_url
    config.attributes["app_role"] = app_role
    return config


def upgrade(owner_url: str, app_url: str, revision: str = "head") -> None:
    """Migrates as the owner, and grants the application's role what it needs."""
    command.upgrade(_config(owner_url, app_url), revision)


def downgrade(owner_url: str, app_url: str, revision: str = "base") -> None:
    command.downgrade(_config(owner_url, app_url), revision)


def check(owner_url: str) -> None:
    """Raises CommandError naming what the migrations make otherwise than the tables in the code say."""
    command.check(alembic_config(owner_url))


def _config(owner_url: str, app_url: str) -> Config:
    owner, app = make_url(owner_url).username, make_url(app_url).username
    return alembic_config(owner_url, None if app == owner else app)
