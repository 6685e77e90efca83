"""Corrected readings of a site as a training set, where the site agrees to it."""

import os
from pathlib import Path

import click

from backend.cli.choices import refusals_told
from backend.cli.context import OPERATOR, platform
from backend.cli.registers import one_site
from backend.features.training import service as trainings
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.identity import Scope


@click.group()
def training() -> None:
    """Corrected readings, for teaching the engine."""


@training.command("export")
@click.argument("site_name")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def export(site_name: str, target: Path) -> None:
    """Write plates and labels of a site to a new zip; refused unless its management has agreed in the portal."""
    if target.exists():
        raise click.ClickException(f"{target} exists already")
    here = platform()
    with refusals_told(), unit_of_work(here.database, OPERATOR) as work:
        site = one_site(work.session, site_name)
        samples = trainings.collect(work, Scope.of_sites({site.id}), site.id)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        written = trainings.write_archive(here.media, samples, file)
    click.echo(f"{target}: {written.plates} plates, {written.left_out} left out")
