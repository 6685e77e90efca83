"""Arguments and output that commands share."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import Any

import click

from backend.kernel.errors import Refusal

AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")


def of_enum(kind: type[Enum]) -> click.Choice[str]:
    return click.Choice([member.value for member in kind])


@contextmanager
def refusals_told() -> Iterator[None]:
    """What a service would not do becomes the command's error; its code tells which rule."""
    try:
        yield
    except Refusal as refusal:
        raise click.ClickException(f"refused: {refusal.code}") from None


def show(rows: Iterable[Mapping[str, Any]], as_json: bool) -> None:
    """The rows as an aligned table, or as JSON."""
    listed = list(rows)
    if as_json:
        click.echo(json.dumps(listed, ensure_ascii=False, indent=1, default=str))
    elif listed:
        click.echo(table(list(listed[0]), [[_cell(value) for value in row.values()] for row in listed]))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in [head, *rows]]
    return "\n".join("  ".join(line).rstrip() for line in lines)


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return "" if value is None else str(value)
