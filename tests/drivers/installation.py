"""The whole product as `make run` starts it, on a state folder and ports of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from backend.supervisor.settings import REPOSITORY
from tests.drivers.gate import GateTerminal
from tests.drivers.resident import Phone
from tests.drivers.staff import StaffDesk

READY = "is ready after"
START_SECONDS = 120
STOP_SECONDS = 20
NOT_HANDED_ON = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "MEDIA_URL", "STATE_DIR", "PORT")


@dataclass
class Installation:
    state_dir: Path
    port: int
    process: "subprocess.Popen[bytes] | None"
    """None for one that somebody else has started."""
    demo: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def found(cls, state_dir: Path, port: int) -> "Installation":
        """The one that `make run` has started here. Raises FileNotFoundError where none has ever run."""
        return cls(state_dir, port, None, json.loads((state_dir / "demo.json").read_text()))

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.port + 2}"

    def origin(self, app: str) -> str:
        return f"http://{app}.localhost:{self.port}"

    def staff(self, username: str) -> dict[str, str]:
        [found] = [account for account in self.demo["staff"] if account["username"] == username]
        return dict(found)

    def gate(self, lane: str) -> GateTerminal:
        [found] = [known for known in self.demo["lanes"] if known["name"] == lane]
        return GateTerminal(self.base_url, f"http://127.0.0.1:{self.port + 1}", found["token"])

    def desk(self, username: str) -> StaffDesk:
        account = self.staff(username)
        return StaffDesk(self.base_url).log_in(username, account["password"], account["totp"])

    def phone(self, openid: str, number: str) -> Phone:
        return Phone(self.base_url, self.sandbox_url, openid, number)

    def messages(self) -> list[dict[str, Any]]:
        """What the sandbox has accepted, SMS and subscribe messages alike."""
        answer = requests.get(f"{self.sandbox_url}/control/messages", timeout=10)
        found: list[dict[str, Any]] = answer.json()
        return found

    def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """`flask --app wsgi:cli_app …` on this installation."""
        return subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi:cli_app", *words],
            cwd=REPOSITORY,
            env=_environment(self.state_dir, self.port),
            capture_output=True,
            text=True,
            check=False,
        )


def _environment(state_dir: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in NOT_HANDED_ON}
    return {**kept, "STATE_DIR": str(state_dir), "PORT": str(port), "PROFILE": "light"}


@contextmanager
def running_installation(state_dir: Path, port: int) -> Iterator[Installation]:
    """Ready when it yields; stopped as Ctrl-C stops it."""
    state_dir.mkdir(parents=True, exist_ok=True)
    console = state_dir.parent / "console.log"
    with console.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "backend.supervisor", "run"],
            cwd=REPOSITORY,
            env=_environment(state_dir, port),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_ready(process, console)
        yield Installation(state_dir, port, process, json.loads((state_dir / "demo.json").read_text()))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(STOP_SECONDS)


def _wait_until_ready(process: "subprocess.Popen[bytes]", console: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while READY not in console.read_text(errors="replace"):
        assert process.poll() is None, console.read_text(errors="replace")[-4000:]
        assert time.monotonic() < until, console.read_text(errors="replace")[-4000:]
        time.sleep(0.2)
