"""Puts a supervisor together out of the settings, and knows when the installation is ready."""

import http.client
import logging
import shutil
import socket
import subprocess
import time
from pathlib import Path

from backend.supervisor.embedded import EmbeddedServer
from backend.supervisor.errors import PortTaken
from backend.supervisor.logbook import Logbook, LogbookHandler
from backend.supervisor.postgres import PostgresServer
from backend.supervisor.processes import ProcessSpec, default_table
from backend.supervisor.redis_server import RedisServer
from backend.supervisor.settings import HOSTS, Settings, child_environment
from backend.supervisor.supervisor import Supervisor, end_strays

PROBE_TIMEOUT_SECONDS = 2.0
HOST_TITLES = {
    "property": "物业 property company",
    "campus": "校园 campus",
    "police": "公安 police",
    "api": "residents' and parents' API",
    "device": "device API",
    "pass": "visitor pass pages",
}


def compose(settings: Settings, book: Logbook, table: tuple[ProcessSpec, ...] | None = None) -> Supervisor:
    """A supervisor of the embedded servers that are needed and of the table (default: the product's).

    Raises PortTaken when another program listens where ours should.
    """
    logging.basicConfig(level=logging.INFO, handlers=[LogbookHandler(book)])
    end_strays(settings, book)  # before the look at the ports, which they may still hold
    refuse_taken_ports(settings)
    empty_folder(settings.metrics_dir)
    postgres = None if settings.database_url else PostgresServer(settings.state_dir, output=subprocess.PIPE)
    redis = None if settings.redis_url else RedisServer(settings.state_dir, output=subprocess.PIPE)
    servers: list[EmbeddedServer] = [server for server in (postgres, redis) if server is not None]
    return Supervisor(
        settings,
        servers=servers,
        table=default_table(settings) if table is None else table,
        environment=child_environment(
            settings,
            database_url=settings.database_url or (postgres.app_url if postgres else ""),
            redis_url=settings.redis_url or (redis.url if redis else ""),
        ),
        owner_url=settings.database_owner_url or (postgres.owner_url if postgres else ""),
        book=book,
        is_ready=lambda: answers_ready(settings.port),
        on_ready=lambda: book.show(banner(settings, time.time() - settings.started_at)),
    )


def refuse_taken_ports(settings: Settings) -> None:
    """Raise PortTaken for the first of our ports that somebody listens on."""
    for port in settings.ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise PortTaken(port) from None


def empty_folder(folder: Path) -> None:
    """Make the folder, without what an earlier run left in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)


def answers_ready(port: int) -> bool:
    """Whether the property portal says that everything it needs is there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PROBE_TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/readyz", headers={"Host": "property.localhost"})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def banner(settings: Settings, seconds: float) -> str:
    """What to open and what to try, for the person at the terminal."""
    rule = "─" * 78
    addresses = [f"  http://{host}.localhost:{settings.public_port:<6} {HOST_TITLES[host]}" for host in HOSTS]
    if settings.development:
        addresses.append(f"  http://127.0.0.1:{settings.sandbox_port:<13} sandbox: the SMS and WeChat messages sent")
    ready = f"Anlin 安邻 is ready after {seconds:.1f} s.  Ctrl-C stops it; state is in {settings.state_dir}"
    return "\n".join(["", rule, ready, "", *addresses, *_demo_lines(settings.state_dir / "demo.txt"), rule, ""])


def _demo_lines(path: Path) -> list[str]:
    return ["", path.read_text(encoding="utf-8").rstrip()] if path.exists() else []
