"""Entry points by name: `gunicorn wsgi:application`, `wsgi:live_application`, `flask --app wsgi:cli_app`.

Made, and what they need imported, when they are asked for: no process loads another's libraries.
"""

import os
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from flask import Flask

from backend.bootstrap import platform_from_environment
from backend.infrastructure.http.hosts import HostDispatcher
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.logging import configure_logging


def all_web_apps(platform: Platform) -> dict[str, Flask]:
    mini_program = _from("miniprogram_api.wechat", "build_mini_program")(platform.settings)
    api = _from("miniprogram_api.app", "create_app")(platform, mini_program)
    return {**_from("backend.entry", "web_apps")(platform), "api": api}


def _from(module: str, name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


def _served(apps: Callable[[Platform], dict[str, Flask]]) -> HostDispatcher:
    configure_logging()
    platform = platform_from_environment()
    return HostDispatcher(apps(platform), platform.settings.base_domain)


@cache
def web_application() -> HostDispatcher:
    return _served(all_web_apps)


@cache
def live_application_() -> HostDispatcher:
    return _served(_from("backend.live.entry", "live_apps"))


@cache
def command_line() -> Flask:
    """An app without routes: it carries the operator's commands."""
    configure_logging()
    app = Flask("anlin")
    _from("backend.cli", "add_commands")(app, os.environ, all_web_apps)
    return app


_ENTRIES = {"application": web_application, "live_application": live_application_, "cli_app": command_line}


def __getattr__(name: str) -> object:
    if name in _ENTRIES:
        return _ENTRIES[name]()
    raise AttributeError(name)
