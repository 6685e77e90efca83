"""The operator at the command line: every command of the product against a real database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from click.testing import Result
from flask import Flask

from backend.cli import add_commands
from backend.cli.context import platform
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.sealed import VAULT
from backend.infrastructure.settings import Settings
from wsgi import all_web_apps


@dataclass
class Console:
    app: Flask
    state_dir: Path

    def __call__(self, *words: str, typed: str | None = None) -> Result:
        with self.app.app_context():
            return self.app.test_cli_runner().invoke(args=list(words), input=typed)

    def done(self, *words: str, typed: str | None = None) -> str:
        """What it printed; fails the test unless it exited with 0."""
        result = self(*words, typed=typed)
        assert result.exit_code == 0, (result.output, result.exception)
        return result.output

    def refused(self, *words: str) -> str:
        """What it said; fails the test unless it exited with 1."""
        result = self(*words)
        assert result.exit_code == 1, (result.output, result.exception)
        return result.output

    def platform(self) -> Platform:
        with self.app.app_context():
            return platform()


@contextmanager
def console(settings: Settings, state_dir: Path, **environment: str) -> Iterator[Console]:
    """Commands with a state folder, and so keys, of their own; afterwards the process has its earlier keys back."""
    crypto = VAULT.crypto
    app = Flask("anlin")
    state_dir.mkdir(exist_ok=True)
    add_commands(app, environ(replace(settings, state_dir=state_dir)) | environment, all_web_apps)
    found = Console(app, state_dir)
    try:
        yield found
    finally:
        found.platform().database.engine.dispose()
        VAULT.use(crypto)


def environ(settings: Settings) -> dict[str, str]:
    return {
        "DATABASE_URL": settings.database_url,
        "DATABASE_OWNER_URL": settings.database_owner_url,
        "REDIS_URL": settings.redis_url,
        "STATE_DIR": str(settings.state_dir),
    }
