"""`python3.11 tools/environment.py light|full|dev`: make `.venv` hold what the lock file names.

Standard library only, since it runs before anything is installed. A set that contains the wanted one is kept,
and an environment that already has every locked version is used without the network.
"""

# ruff: noqa: T201 - it talks to the person at the terminal
import hashlib
import platform
import re
import subprocess
import sys
import sysconfig
import venv
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
ENVIRONMENT = REPOSITORY / ".venv"
UV_ENVIRONMENT = REPOSITORY / ".venv-uv"
STAMP = ENVIRONMENT / ".installed"
# Each contains the one before it.
SETS = ("light", "full", "dev")
PINNED = re.compile(r"^([\w.-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)


def main(wanted: str) -> None:
    """Install the wanted set, or the larger one that is there, unless it is in place."""
    refuse_other_machines()
    name = larger_installed(wanted)
    lock = REPOSITORY / "requirements" / f"{name}.txt"
    stamp = f"{name} {hashlib.sha256(lock.read_bytes()).hexdigest()}"
    if STAMP.exists() and STAMP.read_text() == stamp:
        return
    create(ENVIRONMENT)
    if not has_every_version(lock):
        print(f"installing {lock.relative_to(REPOSITORY)} into .venv", flush=True)
        install(lock)
    STAMP.write_text(stamp)


def refuse_other_machines() -> None:
    """Exit unless the locked wheels were built for this machine and this Python."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        sys.exit("this project runs on x86-64 Linux: the wheels with PostgreSQL and Redis exist for nothing else")
    if sys.version_info[:2] != (3, 11):
        sys.exit("missing: run `apt-get install -y python3.11 python3.11-venv`, then try again")


def larger_installed(wanted: str) -> str:
    """The set to bring up to date: never a smaller one than was installed before."""
    installed = STAMP.read_text().split()[0] if STAMP.exists() else wanted
    return max(wanted, installed, key=SETS.index)


def create(folder: Path) -> None:
    """Make a virtual environment of this very Python, if there is none."""
    if (folder / "bin" / "python").exists():
        return
    if find_spec("ensurepip") is None:
        sys.exit("missing: run `apt-get install -y python3.11-venv`, then try again")
    venv.create(folder, with_pip=True, clear=folder.exists())


def has_every_version(lock: Path) -> bool:
    """Whether `.venv` already holds each locked version."""
    library = sysconfig.get_path("purelib", vars={"base": str(ENVIRONMENT)}, scheme="venv")
    held = {(canonical(one.metadata["Name"]), one.version) for one in distributions(path=[library])}
    return {(canonical(name), version) for name, version in PINNED.findall(lock.read_text())} <= held


def canonical(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def install(lock: Path) -> None:
    """Install with uv, or with pip where only pip knows the way to a package index."""
    create(UV_ENVIRONMENT)
    tools = UV_ENVIRONMENT / "bin"
    target = ENVIRONMENT / "bin" / "python"
    uv_lock = REPOSITORY / "requirements" / "uv.txt"
    if not run(tools / "pip", "install", "--quiet", "--require-hashes", "-r", uv_lock):
        sys.exit("cannot reach a package index: set PIP_INDEX_URL or connect this machine, then try again")
    # Without compiled files every start would compile every library anew: seconds for each process.
    if run(tools / "uv", "pip", "sync", "--compile-bytecode", "--python", target, "--require-hashes", lock):
        return
    print("uv could not; trying pip", flush=True)
    if not run(tools / "pip", "--python", target, "install", "--no-deps", "--require-hashes", "-r", lock):
        sys.exit(f"{lock.name} could not be installed; the lines above say why")


def run(*command: str | Path) -> bool:
    """Whether the command succeeded; it prints for itself."""
    return subprocess.run(command, check=False).returncode == 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in SETS:
        sys.exit(f"usage: environment.py {'|'.join(SETS)}")
    main(sys.argv[1])
