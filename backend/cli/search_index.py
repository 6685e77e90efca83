"""The blind index of names."""

import click

from backend.cli.choices import refusals_told
from backend.cli.context import OPERATOR, platform
from backend.features.people import service as people
from backend.infrastructure.unit_of_work import unit_of_work
from backend.pages import operator

BATCH = 500


@click.group()
def register() -> None:
    """The registers of people and things."""


@register.command("reindex")
def reindex() -> None:
    """Make everybody findable who was registered before the search came."""
    here, total = platform(), 0
    while True:
        with refusals_told(), unit_of_work(here.database, OPERATOR) as work:
            done = people.index_some(work, here.crypto, operator.everything(work.session), BATCH)
        total += done
        if done < BATCH:
            break
    click.echo(f"{total} people indexed")
