"""Where the embedded servers keep their data, sockets, passwords and programs."""

import hashlib
import os
import shutil
import stat
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from backend.supervisor.account import Account
from backend.supervisor.errors import SupervisorError, UnsafeFolder

# A Unix socket's path may have at most 107 bytes, so sockets never live under the state folder.
SOCKET_ROOT = Path("/tmp")  # noqa: S108 - the folder inside is private and its owner is checked
FALLBACK_ROOT = Path("/var/lib")


@dataclass(frozen=True)
class Layout:
    """The folders of one installation: `home` for data, `sockets` for a short private path."""

    state_dir: Path
    home: Path
    sockets: Path
    account: Account


def short_hash(path: Path) -> str:
    """Ten hexadecimal digits that name a folder."""
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:10]


def fallback_home(state_dir: Path) -> Path:
    """Where data goes when the servers' account may not enter the state folder."""
    return FALLBACK_ROOT / f"anlin-{short_hash(state_dir)}"


def socket_folder(state_dir: Path) -> Path:
    """The short path of this installation's sockets."""
    return SOCKET_ROOT / f"anlin-{short_hash(state_dir)}"


def prepare_layout(state_dir: Path, account: Account) -> Layout:
    """Create the folders of the embedded servers.

    Raises UnsafeFolder when somebody else made the socket folder first.
    """
    state_dir.mkdir(mode=0o755, parents=True, exist_ok=True)
    home = state_dir if account.can_traverse(state_dir) else fallback_home(state_dir)
    home.mkdir(mode=0o755, exist_ok=True)
    sockets = socket_folder(state_dir)
    _claim(sockets, account)
    return Layout(state_dir, home, sockets, account)


def _claim(folder: Path, account: Account) -> None:
    """Make the folder ours with mode 0700, or refuse it."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {account.uid, os.geteuid()}:
            raise UnsafeFolder(f"{folder} belongs to somebody else; remove it and start again") from None
    account.take(folder, 0o700)


def packaged_folder(package: str) -> Path:
    """The folder of an installed wheel, found without importing the package."""
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise SupervisorError(f"the wheel {package} is not installed")
    return Path(found.submodule_search_locations[0])


def usable_programs(package: Path, programs: str, program: str, layout: Layout) -> Path:
    """The folder `programs` of a wheel with `program` in it; a copy in `home` if the account may not run it in place.

    The wheel's shared libraries lie beside the package, where the programs look for them: they are copied along.
    """
    if layout.account.can_execute(package / programs / program):
        return package / programs
    copy = layout.home / "programs" / f"{package.name}-{short_hash(package)}"
    if not copy.exists():
        unfinished = copy.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(package / programs, unfinished / package.name / programs, symlinks=True)
        libraries = package.with_suffix(".libs")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        unfinished.rename(copy)
    return copy / package.name / programs
