"""The operator's commands: `flask --app wsgi:cli_app …`, or `make`'s targets around them."""

from collections.abc import Mapping

from flask import Flask

from backend.cli.audit import audit
from backend.cli.backup import backup
from backend.cli.context import APPS, ENVIRONMENT, Apps
from backend.cli.database import check_migrations, db_upgrade
from backend.cli.demo import seed
from backend.cli.doctor import doctor
from backend.cli.documents import permissions, retention
from backend.cli.keys import keys
from backend.cli.openapi import openapi
from backend.cli.registers import device, site
from backend.cli.search_index import register
from backend.cli.training import training
from backend.cli.users import user
from backend.cli.weights import weights

COMMANDS = (
    audit,
    backup,
    check_migrations,
    db_upgrade,
    device,
    doctor,
    keys,
    openapi,
    permissions,
    register,
    retention,
    seed,
    site,
    training,
    user,
    weights,
)


def add_commands(app: Flask, environ: Mapping[str, str], apps: Apps) -> None:
    app.config[ENVIRONMENT] = environ
    app.config[APPS] = apps
    for command in COMMANDS:
        app.cli.add_command(command)
