"""Sites and devices."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

import click
from sqlalchemy.orm import Session

from backend.cli.choices import AS_JSON, of_enum, refusals_told, show
from backend.cli.context import OPERATOR, platform
from backend.features.devices import service as devices
from backend.features.devices.model import DeviceKind, Direction
from backend.features.gate_lists import service as gate_lists
from backend.features.sites import places
from backend.features.sites import service as sites
from backend.features.sites.model import SiteKind
from backend.infrastructure.unit_of_work import Work, unit_of_work
from backend.kernel.identity import Scope
from backend.kernel.ids import DoorId, GateId, SiteId, TenantId
from backend.pages import operator


def one_site(session: Session, named: str) -> operator.SiteLine:
    """Raises ClickException unless exactly one site has this name or id."""
    found = operator.find_sites(session, named)
    if len(found) == 1:
        return found[0]
    advice = "`flask site list` shows them" if not found else f"give an id: {', '.join(str(one.id) for one in found)}"
    raise click.ClickException(f"{len(found)} sites are called {named!r}; {advice}")


@click.group()
def site() -> None:
    """Communities and campuses."""


@site.command("create")
@click.argument("name")
@click.option("--tenant", required=True, help="The property company or school; added where it is new.")
@click.option("--kind", type=of_enum(SiteKind), default=SiteKind.COMMUNITY.value, show_default=True)
@click.option("--gate", "gates", multiple=True, help="An entrance, as often as there are some.")
@click.option("--province", default="苏", show_default=True, help="The first character of plates there.")
def create_site(name: str, tenant: str, kind: str, gates: tuple[str, ...], province: str) -> None:
    """Add a site with its gates; what is there already stays as it is."""
    with refusals_told(), unit_of_work(platform().database, OPERATOR) as work:
        tenant_id = operator.find_tenant_id(work.session, tenant) or sites.add_tenant(work, tenant)
        site_id = _site_id(work, tenant_id, name) or sites.add_site(work, tenant_id, name, SiteKind(kind), province)
        added = [gate for gate in gates if operator.find_gate_id(work.session, site_id, gate) is None]
        for gate in added:
            sites.add_gate(work, site_id, gate)
    click.echo(f"{site_id}  {name}: {len(added)} gates added")


def _site_id(work: Work, tenant_id: TenantId, name: str) -> SiteId | None:
    found = [one.id for one in operator.find_sites(work.session, name) if one.tenant_id == tenant_id]
    return found[0] if found else None


@site.command("province")
@click.argument("name")
@click.argument("province")
def set_province(name: str, province: str) -> None:
    """Say which province's plates are at home at a site: it breaks ties between readings of worn plates."""
    with refusals_told(), unit_of_work(platform().database, OPERATOR) as work:
        sites.set_home_province(work, operator.everything(work.session), one_site(work.session, name).id, province)
    click.echo(f"{name}: {province}")


@site.command("list")
@AS_JSON
def list_sites(as_json: bool) -> None:
    """Every site with its company and gates."""
    with platform().database.sessions() as session:
        show(map(asdict, operator.list_sites(session)), as_json)


@click.group()
def device() -> None:
    """Machines at the gates and their tokens."""


@device.command("enrol")
@click.argument("name")
@click.option("--site", "site_name", required=True, help="Name or id.")
@click.option("--gate", help="The entrance it stands at.")
@click.option("--direction", type=of_enum(Direction))
@click.option("--door", help="The door that it opens.")
@click.option("--kind", type=of_enum(DeviceKind), help="Where its place does not say it: card_reader.")
def enrol(
    name: str, site_name: str, gate: str | None, direction: str | None, door: str | None, kind: str | None
) -> None:
    """Enrol a gate terminal, a door controller or a card reader; its token is printed this once."""
    here = platform()
    with refusals_told(), unit_of_work(here.database, OPERATOR) as work:
        place = one_site(work.session, site_name)
        _refuse_second(work, place, name)
        gate_id = _gate_id(work, place, gate)
        way = Direction(direction) if direction else None
        stands: dict[str, Any] = {"gate_id": gate_id, "direction": way, "door_id": _door_id(work, place, door)}
        of_kind = DeviceKind(kind) if kind else None
        enrolled = devices.enrol(work, here.crypto, place.tenant_id, place.id, name, kind=of_kind, **stands)
    click.echo(f"device {enrolled.device_id}\ntoken  {enrolled.token}")
    click.echo("Put the token into the device now: only its hash is kept.", err=True)


def _refuse_second(work: Work, place: operator.SiteLine, name: str) -> None:
    live = [one for one in operator.list_devices(work.session) if one.revoked_at is None]
    if any((one.site, one.name) == (place.name, name) for one in live):
        raise click.ClickException(f"{name} is enrolled there already; revoke it first (`flask device list`)")


def _gate_id(work: Work, place: operator.SiteLine, gate: str | None) -> GateId | None:
    found = operator.find_gate_id(work.session, place.id, gate) if gate else None
    if gate and found is None:
        raise click.ClickException(f"{place.name} has no gate {gate}; it has {', '.join(place.gates) or 'none'}")
    return found


def _door_id(work: Work, place: operator.SiteLine, door: str | None) -> DoorId | None:
    doors = {one.name: one.id for one in places.list_doors(work.session, Scope.of_sites([place.id]))}
    if door and door not in doors:
        raise click.ClickException(f"{place.name} has no door {door}; it has {', '.join(doors) or 'none'}")
    return doors[door] if door else None


@device.command("revoke")
@click.argument("device_id", type=click.UUID)
def revoke(device_id: UUID) -> None:
    """Refuse the device's token from its next request on."""
    with refusals_told(), unit_of_work(platform().database, OPERATOR) as work:
        devices.revoke(work, operator.everything(work.session), device_id)
    click.echo("revoked")


@device.command("window")
@click.argument("device_id", type=click.UUID)
@click.argument("seconds", type=int)
def set_window(device_id: UUID, seconds: int) -> None:
    """How many seconds two pictures of this lane may lie apart and still be of one car."""
    with refusals_told(), unit_of_work(platform().database, OPERATOR) as work:
        devices.set_one_car_window(work, operator.everything(work.session), device_id, seconds)
    click.echo(f"pictures within {seconds} s of each other may be of one car")


@device.command("allow-key")
@click.argument("device_id", type=click.UUID)
def allow_key(device_id: UUID) -> None:
    """Let a repaired terminal enrol another key for its gate list, within the next hour."""
    with refusals_told(), unit_of_work(platform().database, OPERATOR) as work:
        until = gate_lists.allow_new_key(work, operator.everything(work.session), device_id)
    click.echo(f"another key may be enrolled until {until:%H:%M} UTC")


@device.command("list")
@AS_JSON
def list_devices(as_json: bool) -> None:
    """Every device, with when it was last heard of."""
    with platform().database.sessions() as session:
        show(map(asdict, operator.list_devices(session)), as_json)
