"""`python -m backend.supervisor run|status|memory|reset`."""
# ruff: noqa: T201 - what it prints is what it is for

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping

from backend.supervisor.compose import compose
from backend.supervisor.errors import SupervisorError
from backend.supervisor.inspection import members, table
from backend.supervisor.layout import fallback_home, socket_folder
from backend.supervisor.lock import exclusive
from backend.supervisor.logbook import Logbook
from backend.supervisor.settings import Settings, read_settings


def run(settings: Settings) -> int:
    """Run the whole installation until Ctrl-C."""
    with exclusive(settings.state_dir):
        compose(settings, Logbook(settings.state_dir / "log")).run()
    return 0


def status(settings: Settings) -> int:
    """Say what runs and since when; 1 when nothing does."""
    found = members(settings.state_dir)
    if not found:
        print("not running")
        return 1
    for member in found:
        print(f"{member.name:<20} pid {member.pid:<8} up {time.time() - member.started_at:.0f} s")
    return 0


def memory(settings: Settings) -> int:
    """Print the memory of each process and of all; 1 when nothing runs."""
    found = members(settings.state_dir)
    print(table(found) if found else "not running")
    return 0 if found else 1


def reset(settings: Settings) -> int:
    """Remove all state: database, queue, media, keys, logs. Refused while running."""
    state_dir = settings.state_dir
    with exclusive(state_dir):
        for folder in (state_dir, fallback_home(state_dir), socket_folder(state_dir)):
            shutil.rmtree(folder, ignore_errors=True)
    print(f"removed {state_dir}")
    return 0


COMMANDS: Mapping[str, Callable[[Settings], int]] = {
    "run": run,
    "status": status,
    "memory": memory,
    "reset": reset,
}


def main() -> int:
    """Run the named command; its exit status."""
    parser = argparse.ArgumentParser(prog="python -m backend.supervisor")
    parser.add_argument("command", choices=COMMANDS)
    chosen = parser.parse_args().command
    try:
        return COMMANDS[chosen](read_settings(os.environ))
    except SupervisorError as refusal:
        print(f"{chosen}: {refusal}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
