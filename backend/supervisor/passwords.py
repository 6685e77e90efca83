"""The passwords of the embedded servers: random, kept in one file that only its owner reads."""

import os
import secrets
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, repr=False)
class Passwords:
    """One random password for each role of the embedded servers."""

    superuser: str
    owner: str
    app: str
    redis: str


def load_passwords(path: Path) -> Passwords:
    """The saved passwords, made and saved with mode 0600 the first time."""
    if not path.exists():
        _save(path, Passwords(*(secrets.token_urlsafe(24) for _ in range(4))))
    return Passwords(**tomllib.loads(path.read_text(encoding="utf-8")))


def _save(path: Path, passwords: Passwords) -> None:
    # Written aside and renamed, so that a crash leaves either no file or a whole one.
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f'{name} = "{value}"\n' for name, value in asdict(passwords).items())
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
