from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.changes import register
from backend.infrastructure.database import Row, personal
from backend.infrastructure.sealed import SealedText

KIND = "employee_identity"


class EmployeeRow(Row):
    """Who works at a site. A log-in of the portals is another thing (`staff`), and few of these have one."""

    __tablename__ = "employee"
    __table_args__ = (
        Index("ix_employee_search_tokens", "search_tokens", postgresql_using="gin"),
        Index("uq_employee_document", "site_id", "document_hash", unique=True),
        {"info": register("employee")},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    name: Mapped[str] = mapped_column(SealedText("employee.name"), info=personal(KIND))
    phone: Mapped[str | None] = mapped_column(SealedText("employee.phone"), info=personal(KIND))
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal(KIND))
    document_kind: Mapped[str | None] = mapped_column(Text)
    document_number: Mapped[str | None] = mapped_column(SealedText("employee.document_number"), info=personal(KIND))
    document_hash: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal(KIND))
    duty: Mapped[str] = mapped_column(Text)
    employer: Mapped[str] = mapped_column(Text)
    joined_on: Mapped[date | None]
    left_on: Mapped[date | None]
    """The first day on which they do not work here."""
    search_tokens: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), info=personal(KIND))
    created_at: Mapped[datetime]


class EmployeeCertificateRow(Row):
    __tablename__ = "employee_certificate"
    __table_args__ = (
        Index("uq_employee_certificate", "employee_id", "kind", "number_hash", unique=True),
        {"info": register("certificate", about="employee_id")},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    employee_id: Mapped[UUID] = mapped_column(ForeignKey("employee.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(SealedText("employee_certificate.number"), info=personal(KIND))
    number_hash: Mapped[bytes] = mapped_column(LargeBinary, info=personal(KIND))
    issuer: Mapped[str] = mapped_column(Text)
    valid_until_on: Mapped[date | None]


class EmployeeVettingRow(Row):
    """Date, yes or no, and which office said so: what was found is nobody's business here."""

    __tablename__ = "employee_vetting"
    __table_args__ = (
        Index("uq_employee_vetting", "employee_id", "done_on", "checked_by", unique=True),
        {"info": register("vetting", about="employee_id")},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    employee_id: Mapped[UUID] = mapped_column(ForeignKey("employee.id", ondelete="CASCADE"))
    done_on: Mapped[date]
    passed: Mapped[bool] = mapped_column(info=personal(KIND))
    checked_by: Mapped[str] = mapped_column(Text)


class EmployeeTrainingRow(Row):
    __tablename__ = "employee_training"
    __table_args__ = (
        Index("ix_employee_training_employee_id", "employee_id"),
        {"info": register("training", about="employee_id")},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    employee_id: Mapped[UUID] = mapped_column(ForeignKey("employee.id", ondelete="CASCADE"))
    topic: Mapped[str] = mapped_column(Text)
    held_on: Mapped[date]
    hours: Mapped[int]
