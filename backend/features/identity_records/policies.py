"""A site's own rules for identity documents: how long they are kept, and whether fingerprints may be asked for."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.identity_records import rules, store
from backend.features.identity_records.model import IdentityPolicy, LegalBasis
from backend.features.sites import service as sites
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import Forbidden
from backend.kernel.identity import Scope


def get_policy(session: Session, within: Scope, site_id: UUID) -> IdentityPolicy:
    """The site's own, or the defaults."""
    return store.find_policy(session, within, site_id) or rules.DEFAULT_POLICY


def set_keep_days(work: Work, within: Scope, site_id: UUID, days: int) -> None:
    """For new records; of those on file a shorter term counts too, a longer one does not.

    Raises NotFound, KeepDaysOutOfRange.
    """
    rules.check_keep_days(days)
    site = sites.get_site(work.session, within, site_id)
    policy = get_policy(work.session, within, site_id)
    store.put_policy(work.session, site.id, IdentityPolicy(days, policy.fingerprint_basis), work.now)
    store.shorten_terms(work.session, site.id, timedelta(days=days))
    work.record("identity_policy.term_set", Subject("site", site.id), tenant_id=site.tenant_id, days=days)


def allow_fingerprints(work: Work, within: Scope, site_id: UUID, document: str) -> None:
    """On record: which document allows it, who says so, and when. Raises NotFound, LegalBasisNeeded, Forbidden."""
    text = rules.checked_basis(document)
    if work.actor.id is None:
        raise Forbidden
    site = sites.get_site(work.session, within, site_id)
    policy = get_policy(work.session, within, site_id)
    basis = LegalBasis(text, work.actor.id, work.now)
    store.put_policy(work.session, site.id, IdentityPolicy(policy.keep_days, basis), work.now)
    work.record("identity_policy.fingerprints_allowed", Subject("site", site.id), tenant_id=site.tenant_id)


def forbid_fingerprints(work: Work, within: Scope, site_id: UUID) -> None:
    """The basis is gone, and every reference that was kept on it. Raises NotFound."""
    site = sites.get_site(work.session, within, site_id)
    policy = get_policy(work.session, within, site_id)
    store.put_policy(work.session, site.id, IdentityPolicy(policy.keep_days), work.now)
    count = store.forget_fingerprints(work.session, site.id)
    work.record(
        "identity_policy.fingerprints_forbidden", Subject("site", site.id), tenant_id=site.tenant_id, forgotten=count
    )
