from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.database import Row, personal
from backend.infrastructure.sealed import SealedText

KIND = "visitor_identity"
PHOTO = "identity_photo"


class IdentityRecordRow(Row):
    """One document at one counter. Found again by a keyed hash of its number, never by the number."""

    __tablename__ = "identity_record"
    __table_args__ = (
        CheckConstraint("source IN ('reader', 'photo', 'typed', 'none')", name="source"),
        CheckConstraint("(state = 'confirmed') = (confirmed_at IS NOT NULL)", name="confirmed"),
        # Whoever keeps a document's fields has said for how long, and that the visitor agreed.
        CheckConstraint("state <> 'confirmed' OR kept_until IS NOT NULL", name="term"),
        CheckConstraint("state <> 'confirmed' OR source = 'none' OR consent IS NOT NULL", name="consent"),
        CheckConstraint("source <> 'none' OR (name IS NULL AND number IS NULL)", name="none"),
        CheckConstraint("num_nonnulls(subject_kind, subject_id) <> 1", name="subject"),
        Index("ix_identity_record_site_id_created_at", "site_id", "created_at", "id"),
        Index(
            "ix_identity_record_number_hash",
            "number_hash",
            "site_id",
            postgresql_where=text("number_hash IS NOT NULL"),
        ),
        Index("ix_identity_record_subject_id", "subject_id", postgresql_where=text("subject_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    source: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(SealedText("identity_record.name"), info=personal(KIND))
    number: Mapped[str | None] = mapped_column(SealedText("identity_record.number"), info=personal(KIND))
    number_hash: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal(KIND))
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    doubts: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """By field, `doubtful` or `missing`; codes only."""
    problem: Mapped[str | None] = mapped_column(Text)
    subject_kind: Mapped[str | None] = mapped_column(Text)
    subject_id: Mapped[UUID | None]
    fingerprint_reference: Mapped[str | None] = mapped_column(
        SealedText("identity_record.fingerprint_reference"), info=personal(KIND)
    )
    """The number by which a device knows the template that it holds itself. Never a template."""
    consent: Mapped[str | None] = mapped_column(Text)
    """Version of the text that the visitor agreed to."""
    device_id: Mapped[UUID | None] = mapped_column(ForeignKey("device.id"))
    taken_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(index=True)
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    confirmed_at: Mapped[datetime | None]
    kept_until: Mapped[datetime | None] = mapped_column(index=True)


class IdentityPhotoRow(Row):
    """A document's photo on its way through the reader: in the database, so that it goes with what it became."""

    __tablename__ = "identity_photo"

    record_id: Mapped[UUID] = mapped_column(ForeignKey("identity_record.id", ondelete="CASCADE"), primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    content: Mapped[str] = mapped_column(SealedText("identity_photo.content"), info=personal(PHOTO))
    """Base64."""
    created_at: Mapped[datetime] = mapped_column(index=True)


class IdentityPolicyRow(Row):
    """A site's own term, and what allows it to ask for fingerprints: a document, who recorded it and when."""

    __tablename__ = "identity_policy"
    __table_args__ = (
        CheckConstraint("keep_days BETWEEN 1 AND 90", name="keep_days"),
        CheckConstraint("num_nonnulls(basis_document, basis_recorded_by, basis_recorded_at) IN (0, 3)", name="basis"),
    )

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    keep_days: Mapped[int] = mapped_column(SmallInteger)
    basis_document: Mapped[str | None] = mapped_column(Text)
    basis_recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    basis_recorded_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
