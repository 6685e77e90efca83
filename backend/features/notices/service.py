"""Messages to people outside: promised with what they tell of, sent by a worker, followed to their receipt."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.notices import store
from backend.features.notices.jobs import FetchReceipt, SendNotice
from backend.features.notices.model import Notice, NoticeKind, NoticeState
from backend.features.notices.tables import NoticeRow
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import SiteId, TenantId, uuid7

FIRST_LOOK = timedelta(seconds=20)


def promise(
    work: Work,
    kind: NoticeKind,
    site_id: SiteId,
    *,
    visit_id: UUID | None = None,
    credential_id: UUID | None = None,
    walk_in_id: UUID | None = None,
    resident_id: UUID | None = None,
    tenant_id: TenantId,
    gate_id: UUID | None = None,
) -> UUID:
    """Of a visit, a credential or a walk-in: records the notice and promises its sending with the caller's work."""
    notice = NoticeRow(
        id=uuid7(),
        tenant_id=tenant_id,
        site_id=site_id,
        kind=kind.value,
        visit_id=visit_id,
        credential_id=credential_id,
        walk_in_id=walk_in_id,
        resident_id=resident_id,
        gate_id=gate_id,
        occurred_at=work.now,
        state=NoticeState.PROMISED.value,
        created_at=work.now,
    )
    work.session.add(notice)
    work.later(SendNotice(notice.id), site_id=site_id)
    return notice.id


def get(session: Session, within: Scope, notice_id: UUID) -> Notice:
    found = store.find(session, within, notice_id)
    if found is None:
        raise NotFound
    return found


def note_accepted(work: Work, within: Scope, notice: Notice, channel: str, provider_id: str) -> None:
    store.change(
        work.session,
        within,
        notice.id,
        NoticeState.ACCEPTED,
        channel=channel,
        provider_id=provider_id,
        accepted_at=work.now,
        error=None,
    )
    work.record("notice.accepted", Subject("notice", notice.id), tenant_id=notice.tenant_id, channel=channel)
    work.later(FetchReceipt(notice.id), site_id=notice.site_id, not_before=work.now + FIRST_LOOK)


def note_delivered(work: Work, within: Scope, notice: Notice) -> None:
    store.change(work.session, within, notice.id, NoticeState.DELIVERED, delivered_at=work.now)


def note_failed(work: Work, within: Scope, notice: Notice, error: str) -> None:
    """The person was not reached; the site's staff see it beside the visit."""
    store.change(work.session, within, notice.id, NoticeState.FAILED, error=error)
    work.record("notice.failed", Subject("notice", notice.id), tenant_id=notice.tenant_id, error=error)
    work.publish("notice", notice.site_id, notice.id)
