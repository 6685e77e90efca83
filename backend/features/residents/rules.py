from collections.abc import Iterable
from datetime import datetime, timedelta

from backend.features.people.model import Membership
from backend.features.residents.model import Binding, BindingReason, BindingState, Resident
from backend.kernel.identity import Actor, ActorKind, Role, Scope

TOKEN_LIFE = timedelta(days=30)
"""From the last use: a token slides on while it is used."""
SLIDES_EVERY = timedelta(days=1)
MAX_ATTEMPTS = 5
ATTEMPTS_COUNT_FOR = timedelta(hours=24)


def slides(expires_at: datetime, now: datetime) -> bool:
    """A token's row is written at most once a day."""
    return expires_at - now < TOKEN_LIFE - SLIDES_EVERY


def too_many(recent_attempts: int) -> bool:
    return recent_attempts >= MAX_ATTEMPTS


def proves_identity(binding: Binding) -> bool:
    """Approved, also where the home has ended since; not one that was approved by mistake."""
    moved_out = binding.state is BindingState.ENDED and binding.reason is BindingReason.MOVED_OUT
    return binding.state is BindingState.APPROVED or moved_out


def actor_of(resident: Resident, bindings: Iterable[Binding], memberships: Iterable[Membership]) -> Actor:
    """A resident reaches the households of approved bindings whose person is a member today, and nothing else."""
    current = {(member.person_id, member.household_id) for member in memberships}
    live = [b for b in bindings if b.state is BindingState.APPROVED and (b.person_id, b.household_id) in current]
    tenants = {binding.tenant_id for binding in live}
    scope = Scope(frozenset(b.site_id for b in live), households=frozenset(b.household_id for b in live))
    tenant_id = tenants.pop() if len(tenants) == 1 else None
    return Actor(ActorKind.RESIDENT, resident.id, tenant_id, frozenset({Role.RESIDENT}), scope)
