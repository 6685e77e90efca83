"""Model files."""

from collections.abc import Callable
from pathlib import Path

import click

from backend.cli.choices import AS_JSON, show
from backend.cli.context import settings
from recognition.weights import WeightsError, import_weights, list_weights, verify_weights


def model_dir() -> Path:
    """Where imported packs lie: beside the installation's other state."""
    return settings().model_dir


@click.group()
def weights() -> None:
    """Model files: which there are, and whether they are the ones that were measured."""


@weights.command("list")
@AS_JSON
def list_files(as_json: bool) -> None:
    """Every model file with its version, licence and what is wrong with it."""
    found = list_weights(model_dir())
    show(
        [
            {
                "id": one.model.id,
                "version": one.model.version,
                "licence": one.model.licence,
                "bytes": one.model.bytes,
                "from": (one.model.package or str(model_dir())) if one.path else None,
                "problem": one.problem or None,
            }
            for one in found
        ],
        as_json,
    )


@weights.command("verify")
def verify() -> None:
    """Compare every file with its recorded size and SHA-256; exit 1 for the first that differs."""
    _refusing(lambda: verify_weights(model_dir()))
    click.echo("every model file is the one that was measured")


@weights.command("import")
@click.argument("pack", type=click.Path(exists=True, path_type=Path))
@click.option("--accept-licence", required=True, help="The pack's licence, word for word.")
def import_pack(pack: Path, accept_licence: str) -> None:
    """Take a pack (a folder or zip of manifest.toml and one file) into the installation."""
    _refusing(lambda: import_weights(pack, model_dir(), accept_licence))
    click.echo("imported; restart the recognition worker to use it")


def _refusing(action: Callable[[], object]) -> None:
    try:
        action()
    except WeightsError as error:
        raise click.ClickException(f"{error} ({error.code})") from None
