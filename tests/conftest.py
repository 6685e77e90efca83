"""Real servers for every test that asks: one PostgreSQL for each xdist worker, emptied between tests."""

import logging
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from backend.bootstrap import METADATA, build_platform
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.keys import create_keys
from backend.infrastructure.migrate import upgrade
from backend.infrastructure.settings import Settings, read_settings
from backend.infrastructure.unit_of_work import Database
from backend.kernel.clock import utc_now
from backend.supervisor.postgres import PostgresServer
from backend.supervisor.redis_server import RedisServer
from tests.drivers.browser import open_browser
from tests.drivers.servers import embedded_postgres, embedded_redis

FILLED = " UNION ALL ".join(
    f"SELECT '{table.name}' WHERE EXISTS (SELECT 1 FROM {table.name})" for table in METADATA.sorted_tables
)


@pytest.fixture(scope="session")
def state_dir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="anlin-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres(state_dir: Path) -> Iterator[PostgresServer]:
    with embedded_postgres(state_dir / "servers") as server:
        upgrade(server.owner_url, server.app_url)
        yield server


@pytest.fixture(scope="session")
def redis_server(state_dir: Path) -> Iterator[RedisServer]:
    with embedded_redis(state_dir / "servers") as server:
        yield server


@pytest.fixture(scope="session")
def base_settings(postgres: PostgresServer, state_dir: Path) -> Settings:
    keys = state_dir / "keys.toml"
    create_keys(keys, utc_now())
    return read_settings(
        {
            "DATABASE_URL": postgres.app_url,
            "DATABASE_OWNER_URL": postgres.owner_url,
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "STATE_DIR": str(state_dir),
            "KEYS_FILE": str(keys),
        }
    )


@pytest.fixture(scope="session")
def _platform(base_settings: Settings) -> Iterator[Platform]:
    platform = build_platform(base_settings)
    yield platform
    platform.database.engine.dispose()


@pytest.fixture(scope="session")
def _superuser(postgres: PostgresServer) -> Iterator[Engine]:
    """Whom neither foreign keys nor the triggers of the audit log stop from emptying a table."""
    session = {"options": "-c session_replication_role=replica", "prepare_threshold": None}
    engine = create_engine(
        postgres.superuser_url, isolation_level="AUTOCOMMIT", pool_pre_ping=True, connect_args=session
    )
    yield engine
    engine.dispose()


@pytest.fixture
def platform(_platform: Platform, _superuser: Engine) -> Platform:
    """The platform on an empty, migrated database, as the application's role."""
    for patience in (0.5, 2.0, 0.0):
        try:
            _empty(_superuser)
        except OperationalError:  # a request that an earlier test's browser left behind still writes
            if not patience:
                raise
            time.sleep(patience)
        else:
            break
    return _platform


def _empty(superuser: Engine) -> None:
    """Deletes what is there: TRUNCATE makes new files for every table and index that refers to a filled one."""
    with superuser.connect() as connection:
        filled = connection.execute(text(FILLED)).scalars().all()
        if filled:
            connection.execute(text("; ".join(f"DELETE FROM {table}" for table in filled)))


@pytest.fixture
def platform_with_redis(platform: Platform, redis_server: RedisServer) -> Platform:
    return replace(platform, settings=replace(platform.settings, redis_url=redis_server.url))


@pytest.fixture
def database(platform: Platform) -> Database:
    return platform.database


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The one browser of a process: Playwright's synchronous interface refuses to be started twice in a thread."""
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="session", autouse=True)
def _compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Most tests make an app of their own, and each would compile the same templates anew."""
    cache = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": cache})
        yield


@pytest.fixture(autouse=True)
def _quiet_logs() -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)
