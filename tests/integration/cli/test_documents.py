"""What is committed is what the code says."""

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from backend.infrastructure.migrate import alembic_config
from backend.infrastructure.schema import expected_revision
from tests.drivers.console import Console

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize(
    ("command", "file"), [(("permissions",), "permissions.md"), (("retention", "show"), "retention.md")]
)
def test_a_printed_table_is_the_committed_one(flask: Console, command: tuple[str, ...], file: str) -> None:
    assert flask.done(*command) == (DOCS / file).read_text(), f"run: flask {' '.join(command)} > docs/{file}"


def test_the_newest_migration_is_the_one_alembic_finds() -> None:
    assert expected_revision() == ScriptDirectory.from_config(alembic_config()).get_current_head()
