"""The committed OpenAPI documents, written or compared."""

from pathlib import Path

import click
from flask import current_app

from backend.cli.context import APPS, documentation_platform
from backend.infrastructure.http.openapi import openapi_document

PROJECT = Path(__file__).parents[2]
DOCUMENTS = {"device": PROJECT / "backend/device_api/openapi.json", "api": PROJECT / "miniprogram_api/openapi.json"}


@click.command("openapi")
@click.option("--check", is_flag=True, help="Compare with what is committed instead of writing.")
def openapi(check: bool) -> None:
    """Write the OpenAPI document of every JSON app."""
    apps = current_app.config[APPS](documentation_platform())
    for host, path in DOCUMENTS.items():
        document = openapi_document(apps[host])
        if not check:
            path.write_text(document)
        elif not path.exists() or path.read_text() != document:
            raise click.ClickException(f"{path.relative_to(PROJECT)} is out of date: run `flask openapi`")
    click.echo("OpenAPI documents agree" if check else "OpenAPI documents written")
