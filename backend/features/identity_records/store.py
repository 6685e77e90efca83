import base64
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.features.identity_records.model import (
    DocumentField,
    Doubt,
    IdentityPolicy,
    IdentityRecord,
    IdentityRecordId,
    LegalBasis,
    RecordState,
    RecordSubject,
    Source,
    SubjectKind,
)
from backend.features.identity_records.tables import IdentityPhotoRow, IdentityPolicyRow, IdentityRecordRow
from backend.kernel.identity import Scope
from backend.kernel.ids import SiteId, TenantId


def find(session: Session, within: Scope, record_id: UUID) -> IdentityRecord | None:
    row = session.scalar(
        select(IdentityRecordRow).where(IdentityRecordRow.id == record_id, IdentityRecordRow.site_id.in_(within.sites))
    )
    return None if row is None else record_of(row)


def locked_row(session: Session, within: Scope, record_id: UUID) -> IdentityRecordRow | None:
    """The row as it is now, until the transaction ends nobody else's."""
    query = select(IdentityRecordRow).where(
        IdentityRecordRow.id == record_id, IdentityRecordRow.site_id.in_(within.sites)
    )
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def record_of(row: IdentityRecordRow) -> IdentityRecord:
    subject = None
    if row.subject_kind is not None and row.subject_id is not None:
        subject = RecordSubject(SubjectKind(row.subject_kind), row.subject_id)
    return IdentityRecord(
        IdentityRecordId(row.id),
        TenantId(row.tenant_id),
        SiteId(row.site_id),
        Source(row.source),
        RecordState(row.state),
        row.name,
        row.number,
        row.valid_until,
        {DocumentField(name): Doubt(doubt) for name, doubt in row.doubts.items()},
        row.problem,
        subject,
        row.fingerprint_reference,
        row.created_at,
        row.confirmed_at,
        row.kept_until,
    )


def drop_offered(session: Session, site_id: SiteId, number_hash: bytes) -> None:
    """An unconfirmed reading of the same card: it was held to the reader again."""
    session.execute(
        delete(IdentityRecordRow).where(
            IdentityRecordRow.site_id == site_id,
            IdentityRecordRow.number_hash == number_hash,
            IdentityRecordRow.state == RecordState.OFFERED.value,
        )
    )


def count_earlier(session: Session, within: Scope, record_id: UUID, number_hash: bytes) -> int:
    """Confirmed records of this number that are still kept, but for this one."""
    query = select(func.count()).where(
        IdentityRecordRow.number_hash == number_hash,
        IdentityRecordRow.site_id.in_(within.sites),
        IdentityRecordRow.state == RecordState.CONFIRMED.value,
        IdentityRecordRow.id != record_id,
    )
    return session.execute(query).scalar_one()


def add_photo(session: Session, site_id: SiteId, record_id: UUID, body: bytes, now: datetime) -> None:
    content = base64.b64encode(body).decode()
    session.add(IdentityPhotoRow(record_id=record_id, site_id=site_id, content=content, created_at=now))


def find_photo(session: Session, within: Scope, record_id: UUID) -> tuple[bytes, datetime] | None:
    row = session.execute(
        select(IdentityPhotoRow.content, IdentityPhotoRow.created_at).where(
            IdentityPhotoRow.record_id == record_id, IdentityPhotoRow.site_id.in_(within.sites)
        )
    ).one_or_none()
    return None if row is None else (base64.b64decode(row.content), row.created_at)


def drop_photo(session: Session, within: Scope, record_id: UUID) -> bool:
    gone = delete(IdentityPhotoRow).where(
        IdentityPhotoRow.record_id == record_id, IdentityPhotoRow.site_id.in_(within.sites)
    )
    return bool(session.execute(gone).rowcount)  # type: ignore[attr-defined]


def find_policy(session: Session, within: Scope, site_id: UUID) -> IdentityPolicy | None:
    row = session.scalar(
        select(IdentityPolicyRow).where(
            IdentityPolicyRow.site_id == site_id, IdentityPolicyRow.site_id.in_(within.sites)
        )
    )
    if row is None:
        return None
    basis = None
    if row.basis_document is not None and row.basis_recorded_by is not None and row.basis_recorded_at is not None:
        basis = LegalBasis(row.basis_document, row.basis_recorded_by, row.basis_recorded_at)
    return IdentityPolicy(row.keep_days, basis)


def put_policy(session: Session, site_id: SiteId, policy: IdentityPolicy, now: datetime) -> None:
    basis = policy.fingerprint_basis
    values = {
        "keep_days": policy.keep_days,
        "basis_document": basis.document if basis else None,
        "basis_recorded_by": basis.recorded_by if basis else None,
        "basis_recorded_at": basis.recorded_at if basis else None,
        "changed_at": now,
    }
    row = insert(IdentityPolicyRow).values(site_id=site_id, **values)
    session.execute(row.on_conflict_do_update(index_elements=["site_id"], set_=values))


def shorten_terms(session: Session, site_id: SiteId, keep: timedelta) -> None:
    """Records on file end with the shorter of the two terms: what was promised is never made longer."""
    mine = update(IdentityRecordRow).where(
        IdentityRecordRow.site_id == site_id, IdentityRecordRow.confirmed_at.is_not(None)
    )
    session.execute(
        mine.values(
            kept_until=func.least(IdentityRecordRow.kept_until, IdentityRecordRow.confirmed_at + keep)
        ).execution_options(synchronize_session=False)
    )


def forget_fingerprints(session: Session, site_id: SiteId) -> int:
    mine = update(IdentityRecordRow).where(
        IdentityRecordRow.site_id == site_id, IdentityRecordRow.fingerprint_reference.is_not(None)
    )
    gone = session.execute(mine.values(fingerprint_reference=None).execution_options(synchronize_session=False))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def lock_card(session: Session, site_id: SiteId, number_hash: bytes) -> None:
    """One card of one site at a time: held to two readers at once it is offered once."""
    key = f"identity:{site_id}:{number_hash.hex()}"
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
