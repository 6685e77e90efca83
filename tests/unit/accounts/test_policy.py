from uuid import UUID

import pytest

from backend.features.accounts import policy
from backend.features.accounts.model import NewStaff
from backend.kernel.identity import Actor, ActorKind, Role, Scope, system_actor
from backend.kernel.ids import SiteId, TenantId

OURS, THEIRS = TenantId(UUID(int=1)), TenantId(UUID(int=2))
HERE, THERE = SiteId(UUID(int=3)), SiteId(UUID(int=4))


def staff(role: Role, tenant: TenantId | None = OURS) -> Actor:
    return Actor(ActorKind.STAFF, UUID(int=9), tenant, frozenset({role}), Scope.of_sites({HERE}))


def new(role: Role, tenant: TenantId | None = OURS, site: SiteId = HERE) -> NewStaff:
    return NewStaff("somebody", "某人", "irrelevant", frozenset({role}), tenant, frozenset({site}))


def test_a_manager_makes_accounts_of_the_own_portal_and_site() -> None:
    assert policy.may_create(staff(Role.PROPERTY_MANAGER), new(Role.GUARD))
    assert policy.may_create(staff(Role.SCHOOL_MANAGER), new(Role.SCHOOL_GUARD))


@pytest.mark.parametrize(
    "account",
    [
        new(Role.POLICE_OFFICER),
        new(Role.SCHOOL_GUARD),
        new(Role.OPERATOR, None),
        new(Role.OPERATOR),
        new(Role.GUARD, THEIRS),
        new(Role.GUARD, site=THERE),
    ],
)
def test_a_manager_grants_nothing_beyond_tenant_portal_and_site(account: NewStaff) -> None:
    assert not policy.may_create(staff(Role.PROPERTY_MANAGER), account)


@pytest.mark.parametrize("role", [Role.GUARD, Role.POLICE_OFFICER, Role.POLICE_SUPERVISOR, Role.RESIDENT])
def test_who_manages_nobody_creates_nobody(role: Role) -> None:
    assert not policy.may_create(staff(role), new(role))


def test_operators_and_the_installation_itself_make_any_account() -> None:
    for actor in (staff(Role.OPERATOR, None), system_actor()):
        assert policy.may_create(actor, new(Role.POLICE_SUPERVISOR, THEIRS, THERE))
