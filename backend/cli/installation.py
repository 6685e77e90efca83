"""The environment that commands run under, also in a checkout where only `make run` knows it."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from backend.supervisor.lock import holder
from backend.supervisor.postgres import PostgresServer
from backend.supervisor.redis_server import RedisServer
from backend.supervisor.settings import child_environment
from backend.supervisor.settings import read_settings as read_supervisor_settings

TEMPORARY = "anlin-scratch-"


def with_running_servers(environ: Mapping[str, str]) -> Mapping[str, str]:
    """As given where it names a database; otherwise joined by the addresses of the `make run` that runs here."""
    here = read_supervisor_settings(environ)
    if here.database_url or holder(here.state_dir) is None:
        return environ
    postgres = PostgresServer(here.state_dir)
    redis_url = here.redis_url or RedisServer(here.state_dir).url
    return {**child_environment(here, postgres.app_url, redis_url), "DATABASE_OWNER_URL": postgres.owner_url}


@contextmanager
def scratch_environment() -> Iterator[Mapping[str, str]]:
    """An empty PostgreSQL of its own, gone with the block: nothing tried in it can reach real data."""
    with TemporaryDirectory(prefix=TEMPORARY) as folder:
        Path(folder).chmod(0o755)  # the server's own account has to pass
        server = PostgresServer(Path(folder), fsync=False, output=subprocess.DEVNULL)
        server.start()
        try:
            yield {
                "DATABASE_URL": server.app_url,
                "DATABASE_OWNER_URL": server.owner_url,
                "REDIS_URL": "redis://127.0.0.1:1/0",
                "STATE_DIR": folder,
            }
        finally:
            server.stop()
            server.remove_outside_folders()
