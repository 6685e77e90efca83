"""What commands share: the settings and the platform, made only by the commands that need them."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from flask import Flask, current_app

from backend.bootstrap import build_platform
from backend.cli.installation import with_running_servers
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.keys import KeyMissing, Keys, create_keys, load_keys
from backend.infrastructure.settings import BadSettings, Settings, read_settings
from backend.kernel.clock import utc_now
from backend.kernel.identity import Actor, Role, system_actor

ENVIRONMENT = "ANLIN_ENVIRONMENT"
APPS = "ANLIN_APPS"
Apps = Callable[[Platform], Mapping[str, Flask]]

OPERATOR = Actor(system_actor().kind, None, None, frozenset({Role.OPERATOR}))
"""Whoever may run commands on the machine: recorded as the system, with what was done."""


def settings() -> Settings:
    try:
        return read_settings(with_running_servers(current_app.config[ENVIRONMENT]))
    except BadSettings as bad:
        raise click.ClickException(str(bad)) from None


@cache
def _platform(chosen: Settings) -> Platform:
    return build_platform(chosen)


def platform() -> Platform:
    """Creates the key file of a new installation outside production; there it must be made on purpose."""
    chosen = settings()
    if not chosen.in_production:
        create_keys(chosen.keys_file, utc_now())
    loaded_keys(chosen)
    return _platform(chosen)


def loaded_keys(chosen: Settings) -> Keys:
    """The installation's keys as the file has them now."""
    try:
        return load_keys(chosen.keys_file)
    except FileNotFoundError:
        raise click.ClickException(
            f"no {chosen.keys_file}: fetch the copy of it, or for a new installation `flask keys create`"
        ) from None
    except KeyMissing as missing:
        raise click.ClickException(str(missing)) from None


def documentation_platform() -> Platform:
    """A platform that reaches nothing: enough to lay out routes, with keys that sign nothing real."""
    with TemporaryDirectory() as folder:
        keys = Path(folder) / "keys.toml"
        create_keys(keys, utc_now())
        nowhere = {"DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}
        return build_platform(read_settings({**nowhere, "KEYS_FILE": str(keys), "STATE_DIR": folder}))
