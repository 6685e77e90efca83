"""Which migration the database is at, and which one this code expects.

Asked by every web process, so it does without Alembic; `migrate` is the module that has it.
"""

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, text

MIGRATIONS = Path(__file__).parents[2] / "migrations"


@cache
def expected_revision() -> str:
    """The newest of the files `NNNN_title.py`; a test holds it against what Alembic says."""
    return max(file.name[:4] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def current_revision(connection: Connection) -> str | None:
    """None for an emptied database. Raises ProgrammingError for one that was never migrated."""
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return found
