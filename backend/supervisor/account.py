"""The operating system account that the embedded servers run under."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

# PostgreSQL refuses to run as root; the first of these that exists takes its place.
UNPRIVILEGED = ("nobody", "daemon")


class Credentials(TypedDict, total=False):
    """The keyword arguments by which `subprocess` changes user."""

    user: int
    group: int
    extra_groups: Sequence[int]


@dataclass(frozen=True)
class Account:
    """A user of this machine; `changes_user` says whether processes must switch to it."""

    uid: int
    gid: int
    changes_user: bool

    @property
    def credentials(self) -> Credentials:
        """The arguments for `subprocess` that start a program as this account."""
        if not self.changes_user:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_traverse(self, folder: Path) -> bool:
        """Whether this account may enter the folder through all of its parents."""
        return self._test("-x", folder)

    def can_execute(self, program: Path) -> bool:
        """Whether this account may read and start the program."""
        return self._test("-x", program) and self._test("-r", program)

    def take(self, path: Path, mode: int) -> None:
        """Give the file or folder to this account with exactly this mode."""
        if self.changes_user:
            os.chown(path, self.uid, self.gid)
        path.chmod(mode)

    def make_folder(self, folder: Path) -> None:
        """Create a folder that only this account may enter, if it is absent."""
        folder.mkdir(mode=0o700, exist_ok=True)
        self.take(folder, 0o700)

    def write_private(self, path: Path, text: str) -> None:
        """Write a file that only this account may read, never readable by others in between."""
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        self.take(path, 0o600)

    def _test(self, condition: str, path: Path) -> bool:
        # Asked of the kernel as that user: reading mode bits would miss ACLs and mount options.
        done = subprocess.run(["/usr/bin/test", condition, path], check=False, **self.credentials)
        return done.returncode == 0


def server_account() -> Account:
    """The account for the embedded servers: this one, or as root an unprivileged one.

    Raises LookupError when root finds none of `UNPRIVILEGED`.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), changes_user=False)
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, changes_user=True)
    raise LookupError(f"none of the accounts {', '.join(UNPRIVILEGED)} exists on this machine")
