"""Tables of the code that people read: printed, committed under `docs/`, and compared by a test."""

from collections.abc import Iterator

import click

from backend.kernel.identity import ROLE_PERMISSIONS, Permission
from backend.retention import CAPTURE_TERM, RETENTION, Retention


@click.command("permissions")
def permissions() -> None:
    """What each role may do, as docs/permissions.md."""
    click.echo("\n".join(permission_lines()))


@click.group()
def retention() -> None:
    """How long each kind of data is kept."""


@retention.command("show")
def show_retention() -> None:
    """Kinds of data, why and how long they are kept and what deletes them, as docs/retention.md."""
    click.echo("\n".join(retention_lines()))


def permission_lines() -> Iterator[str]:
    """Markdown: one row a permission, one column a role."""
    roles = [role for role, held in ROLE_PERMISSIONS.items() if held]
    yield from ("# What each role may do", "", "Printed by `flask permissions` from `backend/kernel/identity.py`.", "")
    without = ", ".join(role.value for role, held in ROLE_PERMISSIONS.items() if not held)
    yield f"A role without a column ({without}) holds no permission; anybody may use what is public."
    yield ""
    yield f"| permission | {' | '.join(role.value for role in roles)} |"
    yield f"| --- |{' --- |' * len(roles)}"
    for permission in (one for one in Permission if one is not Permission.PUBLIC):
        cells = ("yes" if permission in ROLE_PERMISSIONS[role] else "·" for role in roles)
        yield f"| `{permission.value}` | {' | '.join(cells)} |"


def retention_lines() -> Iterator[str]:
    """Markdown: one row a kind."""
    yield from ("# How long data is kept", "", "Printed by `flask retention show` from `backend/retention.py`.", "")
    yield "The job `upkeep.apply_retention` runs every hour; each run records what it deleted in the audit log."
    yield "Kinds in brackets hold no personal data."
    yield from ("", "| kind | basis | kept until | deleted from |", "| --- | --- | --- | --- |")
    for one in RETENTION:
        yield f"| {one.kind} | {one.basis} | {one.ends} | {_deleted_from(one)} |"
    yield from ("", f"Captures go by whole months, once the newest of the month is {CAPTURE_TERM.days} days old.")


def _deleted_from(one: Retention) -> str:
    found = [f"`{each.table.name}` after {each.term.days} d by `{each.column}`" for each in one.deletions]
    return ", ".join(found) or "by the register itself"
