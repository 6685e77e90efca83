"""Alembic's entry. Runs as the owner, one migration at a time, and gives up on a lock after two seconds."""

from alembic import context
from sqlalchemy import create_engine, text

from backend.infrastructure.sealed import SealedText
from backend.tables import METADATA


def include(name: str | None, kind: str, parent: object) -> bool:
    """Partitions are made by a function of the database, not by the metadata."""
    return not (kind == "table" and str(name).startswith("capture_"))


def render(kind: str, item: object, autogen: object) -> str | bool:
    """A migration must not depend on today's code: sealed text is bytes to the database."""
    return "sa.LargeBinary()" if kind == "type" and isinstance(item, SealedText) else False


def run() -> None:
    engine = create_engine(context.config.attributes["url"])
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '2s'"))
        connection.execute(text("SELECT pg_advisory_lock(hashtext('anlin.migrate'))"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=METADATA,
            include_name=include,
            render_item=render,
            compare_type=True,
            compare_server_default=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
