"""A small installation under the real supervisor, in a process of its own that tests may kill."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from backend.supervisor.children import processes_in, processes_marked, wait_until
from backend.supervisor.layout import fallback_home, short_hash
from backend.supervisor.settings import REPOSITORY
from backend.supervisor.supervisor import MARK

TINY_WEB = (
    "-m",
    "gunicorn",
    "tests.integration.supervisor.tiny_app:application",
    "--worker-class",
    "gthread",
)
START_SECONDS = 60


def web_row(port: int) -> dict[str, Any]:
    """A gunicorn with two workers that answers the readiness probe."""
    bind = ("--bind", f"127.0.0.1:{port}", "--workers", "2", "--no-control-socket", "--graceful-timeout", "2")
    return {"name": "web", "command": [sys.executable, *TINY_WEB, *bind], "parent_death_signal": 15}


def script_row(name: str, code: str, **fields: Any) -> dict[str, Any]:
    """A process that runs this Python code."""
    return {"name": name, "command": [sys.executable, "-c", code], **fields}


@dataclass
class Installation:
    """One state folder, with the supervisor that now runs on it."""

    state_dir: Path
    port: int
    rows: list[dict[str, Any]] = field(default_factory=list)
    supervisor: subprocess.Popen[str] | None = None

    @property
    def log(self) -> str:
        """What the supervisor printed so far."""
        path = self.state_dir.parent / "console.txt"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def environment(self) -> dict[str, str]:
        """Production, so that ports and defaults of the sandbox stay out."""
        settings = {"STATE_DIR": str(self.state_dir), "PORT": str(self.port), "ANLIN_ENV": "production"}
        return {**os.environ, **settings}

    def start(self) -> subprocess.Popen[str]:
        """Start the supervisor without waiting."""
        command = [sys.executable, "-m", "tests.integration.supervisor.installation", json.dumps(self.rows)]
        with (self.state_dir.parent / "console.txt").open("w", encoding="utf-8") as console:
            self.supervisor = subprocess.Popen(
                command, cwd=REPOSITORY, env=self.environment(), stdout=console, stderr=console, text=True
            )
        return self.supervisor

    def start_and_wait(self) -> subprocess.Popen[str]:
        """Start the supervisor and wait for its banner."""
        supervisor = self.start()
        assert wait_until(lambda: "is ready after" in self.log, START_SECONDS), self.log
        return supervisor

    def command(self, name: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m backend.supervisor NAME` on this state folder."""
        arguments = [sys.executable, "-m", "backend.supervisor", name]
        return subprocess.run(
            arguments, cwd=REPOSITORY, env=self.environment(), capture_output=True, text=True, check=False
        )

    def home(self) -> Path:
        """Where the embedded servers keep their data."""
        fallback = fallback_home(self.state_dir)
        return fallback if fallback.exists() else self.state_dir

    def alive(self) -> list[psutil.Process]:
        """Every process that belongs to this installation, but for the supervisor."""
        servers = [found for name in ("postgres", "redis") for found in processes_in(self.home() / name)]
        return [*processes_marked(MARK, short_hash(self.state_dir)), *servers]


def free_port() -> int:
    """The first of two neighbouring ports that nobody listens on."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def eventually(condition: Callable[[], bool], timeout_seconds: float = 20) -> bool:
    """Whether the condition comes true in time."""
    return wait_until(condition, timeout_seconds)
