"""Who may manage whose account."""

from collections.abc import Set

from backend.features.accounts.model import PORTAL_ROLES, NewStaff, StaffProfile
from backend.kernel.identity import Actor, ActorKind, Permission, Role
from backend.kernel.ids import SiteId, TenantId

_UNLIMITED = frozenset({ActorKind.SYSTEM})


def may_create(actor: Actor, new: NewStaff) -> bool:
    return _may_manage(actor, new.tenant_id, new.roles, new.sites)


def may_manage(actor: Actor, account: StaffProfile) -> bool:
    return _may_manage(actor, account.tenant_id, account.roles, account.sites)


def may_grant(actor: Actor, account: StaffProfile, roles: Set[Role], sites: Set[SiteId]) -> bool:
    return may_manage(actor, account) and _may_manage(actor, account.tenant_id, roles, sites)


def _may_manage(actor: Actor, tenant_id: TenantId | None, roles: Set[Role], sites: Set[SiteId]) -> bool:
    """A manager reaches accounts of the own tenant, portal and sites: nobody grants what lies beyond."""
    if actor.kind in _UNLIMITED or Role.OPERATOR in actor.roles:
        return True
    return (
        actor.may(Permission.STAFF_MANAGE)
        and tenant_id is not None
        and tenant_id == actor.tenant_id
        and roles <= _portal_mates(actor)
        and sites <= actor.scope.sites
    )


def _portal_mates(actor: Actor) -> frozenset[Role]:
    return frozenset().union(*(roles for roles in PORTAL_ROLES.values() if roles & actor.roles))
