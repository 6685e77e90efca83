"""Keys by purpose and version."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import click
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.cli.choices import AS_JSON, of_enum, show
from backend.cli.context import OPERATOR, loaded_keys, platform, settings
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.audit.verifier import read_witness
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.keys import HOLDERS, KeyMissing, KeyRefused, Keys, Purpose, create_keys
from backend.infrastructure.keys import retire as retire_key
from backend.infrastructure.keys import rotate as rotate_key
from backend.infrastructure.reseal import count_sealed_with, reseal_all
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.clock import utc_now
from backend.tables import METADATA

PURPOSE = click.argument("purpose", type=of_enum(Purpose))


@click.group()
def keys() -> None:
    """Keys: made, listed, rotated, retired."""


@keys.command("create")
def create() -> None:
    """Make the key file of a new installation; does nothing where there is one."""
    path = settings().keys_file
    fresh = not path.exists()
    create_keys(path, utc_now())
    click.echo(f"{path}: {'created; keep a copy apart from every backup' if fresh else 'there already'}")


@keys.command("list")
@AS_JSON
def list_keys(as_json: bool) -> None:
    """Every version of every key, without the keys."""
    loaded = loaded_keys(settings())
    show([_line(loaded, purpose, version) for purpose in Purpose for version in loaded.versions(purpose)], as_json)


def _line(loaded: Keys, purpose: Purpose, version: int) -> dict[str, object]:
    key = loaded.get(purpose, version)
    state = "current" if key == loaded.current(purpose) else "old"
    return {
        "purpose": purpose.value,
        "version": version,
        "state": state,
        "created_on": key.created_on,
        "holder": HOLDERS[purpose],
    }


@keys.command("rotate")
@PURPOSE
def rotate(purpose: str) -> None:
    """Add a version and use it from now on; running processes notice by themselves."""
    here = platform()
    try:
        key = rotate_key(here.settings.keys_file, Purpose(purpose), utc_now())
    except KeyRefused as refusal:
        raise click.ClickException(str(refusal)) from None
    _record(here, "key.rotated", purpose, key.version)
    click.echo(f"{purpose} version {key.version} is current; older ones still read what they made")
    if key.purpose is Purpose.FIELDS:
        click.echo("next: `flask keys reencrypt`, then `flask keys retire fields VERSION`")


@keys.command("reencrypt")
def reencrypt() -> None:
    """Seal every encrypted column anew with the current key; may be stopped and started again."""
    here = platform()
    current = loaded_keys(here.settings).current(Purpose.FIELDS)
    for name, count in reseal_all(here.database, METADATA, current):
        click.echo(f"{name}: {count}")
    _record(here, "key.reencrypted", Purpose.FIELDS.value, current.version)


@keys.command("retire")
@PURPOSE
@click.argument("version", type=int)
@click.option("--yes", is_flag=True, help="Do not ask.")
def retire(purpose: str, version: int, yes: bool) -> None:
    """Forget an old version for good; refused while anything still needs it."""
    here, chosen = platform(), Purpose(purpose)
    if needed := _uses(here, chosen, version):
        raise click.ClickException(f"{needed} still need {purpose} version {version}; {ADVICE[chosen]}")
    if not yes:
        click.confirm(f"Whatever else {purpose} version {version} made becomes unreadable. Forget it?", abort=True)
    try:
        retire_key(here.settings.keys_file, chosen, version)
    except (KeyMissing, KeyRefused) as refusal:
        raise click.ClickException(str(refusal)) from None
    _record(here, "key.retired", purpose, version)
    click.echo(f"{purpose} version {version} is gone")


ADVICE: Mapping[Purpose, str] = {
    Purpose.FIELDS: "run `flask keys reencrypt`",
    Purpose.PASSES: "wait until those visits are over",
    Purpose.AUDIT: "wait until the background process has copied them to the witness folder",
}


def _uses(here: Platform, purpose: Purpose, version: int) -> int:
    """How many things would be lost with this version, as far as the platform can know."""
    count = {Purpose.FIELDS: _sealed, Purpose.PASSES: _valid_passes, Purpose.AUDIT: _unwitnessed}.get(purpose)
    if count is None:
        return 0
    with here.database.sessions() as session:
        return count(here, session, version)


def _sealed(here: Platform, session: Session, version: int) -> int:
    return count_sealed_with(session, METADATA, version)


def _valid_passes(here: Platform, session: Session, version: int) -> int:
    """Visits that are not over and whose pass may have been signed before the next version came."""
    loaded = loaded_keys(here.settings)
    later = [loaded.get(Purpose.PASSES, v).created_on for v in loaded.versions(Purpose.PASSES) if v > version]
    if not later:
        return 0
    replaced_by = datetime.fromisoformat(later[0]).replace(tzinfo=UTC) + timedelta(days=1)
    query = text("SELECT count(*) FROM visit WHERE valid_until > :now AND created_at < :replaced_by")
    return int(session.execute(query, {"now": here.database.clock(), "replaced_by": replaced_by}).scalar_one())


def _unwitnessed(here: Platform, session: Session, version: int) -> int:
    """Signed checkpoints that the witness folder has no copy of; a copy carries the public half with it."""
    copied = {(c.tenant, c.sequence) for c in read_witness(here.settings.audit_witness_dir)}
    query = text("SELECT tenant_id, sequence FROM audit_checkpoint WHERE key_version = :version")
    return sum(tuple(row) not in copied for row in session.execute(query, {"version": version}))


def _record(here: Platform, action: str, purpose: str, version: int) -> None:
    with unit_of_work(here.database, OPERATOR) as work:
        work.record(action, Subject("key", None), key_purpose=purpose, version=version)
