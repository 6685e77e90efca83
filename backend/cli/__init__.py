"""The operator's commands: `flask --app wsgi:cli_app …`, or `make`'s targets around them."""

from collections.abc import Mapping

from flask import Flask

from backend.cli.context import APPS, ENVIRONMENT, Apps
from backend.cli.database import check_migrations, db_upgrade
from backend.cli.demo import seed
from backend.cli.openapi import openapi

COMMANDS = (db_upgrade, check_migrations, openapi, seed)


def add_commands(app: Flask, environ: Mapping[str, str], apps: Apps) -> None:
    app.config[ENVIRONMENT] = environ
    app.config[APPS] = apps
    for command in COMMANDS:
        app.cli.add_command(command)
