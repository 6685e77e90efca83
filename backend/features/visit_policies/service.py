"""How a site receives visitors: its decisions, each kept with who made it."""

from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.sites import service as sites
from backend.features.visit_policies import rules, store
from backend.features.visit_policies.model import DecidedPolicy, VisitPolicy
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.unit_of_work import Work
from backend.kernel.identity import Scope
from backend.kernel.ids import SiteId

needs_approval = rules.needs_approval
RANGES = rules.RANGES


def current(session: Session, within: Scope, site_id: SiteId) -> VisitPolicy:
    """The platform's own values where the site has decided nothing."""
    return decided(session, within, site_id).policy


def decided(session: Session, within: Scope, site_id: SiteId) -> DecidedPolicy:
    return store.find(session, within, site_id) or DecidedPolicy(VisitPolicy())


def decide(work: Work, within: Scope, site_id: UUID, policy: VisitPolicy) -> None:
    """Counts from now on for new visits; those announced keep their terms. Raises NotFound, PolicyOutOfRange."""
    rules.check(policy)
    site = sites.get_site(work.session, within, site_id)
    changed = rules.differences(current(work.session, within, site.id), policy)
    if changed:
        store.add(work.session, site.id, policy, work.actor.id, work.now)
        work.record("visit_policy.decided", Subject("site", site.id), tenant_id=site.tenant_id, **changed)
