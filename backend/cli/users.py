"""Staff accounts. Passwords made here are temporary; an authenticator is enrolled at the first log-in."""

import secrets
from dataclasses import asdict

import click

from backend.cli.choices import AS_JSON, refusals_told, show
from backend.cli.context import OPERATOR, platform
from backend.cli.registers import one_site
from backend.features.accounts import service as accounts
from backend.features.accounts.model import PORTAL_ROLES, NewStaff
from backend.infrastructure.unit_of_work import Work, unit_of_work
from backend.kernel.identity import Role
from backend.kernel.ids import StaffId, TenantId
from backend.pages import operator

STAFF_ROLES = sorted(role.value for role in frozenset[Role]().union(*PORTAL_ROLES.values()))
ASK = click.option("--ask", is_flag=True, help="Ask for the temporary password instead of making one.")


@click.group()
def user() -> None:
    """Staff accounts."""


@user.command("create")
@click.argument("username")
@click.option("--name", required=True, help="As colleagues know the person.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(STAFF_ROLES))
@click.option("--site", "sites", multiple=True, help="Name or id of each site the account reaches.")
@click.option("--tenant", help="The employer; without it the account belongs to no company (police).")
@ASK
def create(
    username: str, name: str, roles: tuple[str, ...], sites: tuple[str, ...], tenant: str | None, ask: bool
) -> None:
    """Add an account with a temporary password; an existing one is left as it is."""
    password, held = _password(ask), frozenset(map(Role, roles))
    with refusals_told(), unit_of_work(platform().database, OPERATOR) as work:
        if operator.find_staff_id(work.session, username) is not None:
            click.echo(f"{username} exists already; `flask user reset {username}` makes a new password")
            return
        reach = frozenset(one_site(work.session, site).id for site in sites)
        tenant_id = _tenant_id(work, tenant)
        accounts.create_staff(work, NewStaff(username, name, password, held, tenant_id, reach, True))
    _tell(username, password, ask)


def _tenant_id(work: Work, tenant: str | None) -> TenantId | None:
    found = operator.find_tenant_id(work.session, tenant) if tenant else None
    if tenant and found is None:
        raise click.ClickException(f"no company {tenant}; `flask site create` adds one with its first site")
    return found


@user.command("reset")
@click.argument("username")
@ASK
def reset(username: str, ask: bool) -> None:
    """A new temporary password; ends the account's lock and every session of it."""
    password = _password(ask)
    with refusals_told(), unit_of_work(platform().database, OPERATOR) as work:
        accounts.set_password(work, _staff_id(work, username), password)
    _tell(username, password, ask)


@user.command("totp")
@click.argument("username")
def totp(username: str) -> None:
    """Forget a lost authenticator: the next log-in offers a new one."""
    with refusals_told(), unit_of_work(platform().database, OPERATOR) as work:
        accounts.reset_totp(work, _staff_id(work, username))
    click.echo(f"{username} enrols a new authenticator at the next log-in")


@user.command("disable")
@click.argument("username")
def disable(username: str) -> None:
    """No log-in any more; every session ends."""
    with refusals_told(), unit_of_work(platform().database, OPERATOR) as work:
        accounts.disable_staff(work, _staff_id(work, username))
    click.echo(f"{username} is disabled")


@user.command("list")
@AS_JSON
def list_users(as_json: bool) -> None:
    """Every account with its roles and sites."""
    with platform().database.sessions() as session:
        show(map(asdict, operator.list_staff(session)), as_json)


def _staff_id(work: Work, username: str) -> StaffId:
    found = operator.find_staff_id(work.session, username)
    if found is None:
        raise click.ClickException(f"no account {username}; `flask user list` shows them")
    return found


def _password(ask: bool) -> str:
    if ask:
        return str(click.prompt("temporary password", hide_input=True, confirmation_prompt=True))
    # The prefix brings every kind of character that a profile may ask for; the rest is 96 random bits.
    return f"Aa1-{secrets.token_urlsafe(12)}"


def _tell(username: str, password: str, asked: bool) -> None:
    """A password that the operator typed is not shown again."""
    click.echo(f"username {username}" if asked else f"username {username}\npassword {password}")
    click.echo("Temporary: the first log-in asks for another, and offers an authenticator.", err=True)
