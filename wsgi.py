"""Entry points by name: `gunicorn wsgi:application`, `wsgi:live_application`, `flask --app wsgi:cli_app`.

Made when they are asked for, so that importing this module opens nothing.
"""

import os
from functools import cache
from importlib import import_module

from flask import Flask

from backend.bootstrap import platform_from_environment
from backend.entry import live_apps, web_apps
from backend.infrastructure.http.hosts import HostDispatcher
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.logging import configure_logging
from miniprogram_api.app import create_app as create_mini_program_api
from miniprogram_api.wechat import build_mini_program


def all_web_apps(platform: Platform) -> dict[str, Flask]:
    return {**web_apps(platform), "api": create_mini_program_api(platform, build_mini_program(platform.settings))}


@cache
def web_application() -> HostDispatcher:
    configure_logging()
    platform = platform_from_environment()
    return HostDispatcher(all_web_apps(platform), platform.settings.base_domain)


@cache
def live_application_() -> HostDispatcher:
    configure_logging()
    platform = platform_from_environment()
    return HostDispatcher(live_apps(platform), platform.settings.base_domain)


@cache
def command_line() -> Flask:
    """An app without routes: it carries the operator's commands."""
    configure_logging()
    app = Flask("anlin")
    # By name: web processes need none of what commands need (Alembic, the supervisor's servers).
    import_module("backend.cli").add_commands(app, os.environ, all_web_apps)
    return app


_ENTRIES = {"application": web_application, "live_application": live_application_, "cli_app": command_line}


def __getattr__(name: str) -> object:
    if name in _ENTRIES:
        return _ENTRIES[name]()
    raise AttributeError(name)
