"""The audit chain, checked by its own program."""

import os
import subprocess
import sys

import click
from sqlalchemy.engine import make_url

from backend.cli.context import settings

VERIFIER = "backend.infrastructure.audit.verifier"


@click.group()
def audit() -> None:
    """The audit log."""


@audit.command("verify")
def verify() -> None:
    """Recompute every hash and hold the log against the witness folder; exit 1 for any finding."""
    chosen = settings()
    url = make_url(chosen.database_url)
    # In the environment, since a password on the command line shows in `ps`.
    environment = {**os.environ, "PGPASSWORD": str(url.password or "")}
    shown = url.set(password=None).render_as_string(hide_password=False)
    command = [sys.executable, "-m", VERIFIER, shown, str(chosen.audit_witness_dir)]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    click.echo(done.stdout, nl=False)
    click.echo(done.stderr, nl=False, err=True)
    raise SystemExit(done.returncode)
