from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.infrastructure.changes import register
from backend.infrastructure.database import Row, personal
from backend.infrastructure.sealed import SealedText

KIND = "credential"


class CredentialRow(Row):
    """A card is found by the keyed hash of its number; of a PIN there is only a slow keyed hash."""

    __tablename__ = "credential"
    __table_args__ = (
        CheckConstraint("kind IN ('card', 'pin')", name="kind"),
        CheckConstraint("num_nonnulls(person_id, employee_id) = 1", name="holder"),
        CheckConstraint("(kind = 'card') = (number IS NOT NULL AND number_hash IS NOT NULL)", name="card"),
        CheckConstraint("(kind = 'pin') = (pin_hash IS NOT NULL)", name="pin"),
        # One person, one active card: the database says so, whoever asks at the same moment.
        Index(
            "uq_credential_active_person",
            "person_id",
            "kind",
            unique=True,
            postgresql_where=text("state = 'issued' AND person_id IS NOT NULL"),
        ),
        Index(
            "uq_credential_active_employee",
            "employee_id",
            "kind",
            unique=True,
            postgresql_where=text("state = 'issued' AND employee_id IS NOT NULL"),
        ),
        # A number has one holder at a time; after its end it may be issued anew.
        Index(
            "uq_credential_number",
            "site_id",
            "number_hash",
            unique=True,
            postgresql_where=text("state IN ('issued', 'suspended', 'lost')"),
        ),
        Index("ix_credential_number_hash", "number_hash", "site_id"),
        Index("ix_credential_person_id", "person_id"),
        Index("ix_credential_employee_id", "employee_id"),
        {"info": register("credential")},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    kind: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    employee_id: Mapped[UUID | None] = mapped_column(ForeignKey("employee.id"))
    number: Mapped[str | None] = mapped_column(SealedText("credential.number"), info=personal(KIND))
    number_hash: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal(KIND))
    tail: Mapped[str] = mapped_column(Text, info=personal(KIND))
    pin_hash: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal(KIND))
    assurance: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    asker: Mapped[str | None] = mapped_column(Text)
    account: Mapped[str | None] = mapped_column(SealedText("credential.account"), info=personal(KIND))
    """What happened, where a reason asks for it in writing."""
    issued_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    """When it came into its present state; `register_change` has the earlier ones and who made them."""


class DoorEventRow(Row):
    """What a door has to tell: who asked and what came of it, forced, held open."""

    __tablename__ = "door_event"
    __table_args__ = (
        Index("ix_door_event_device_id", "device_id", "at"),
        Index("ix_door_event_credential_id", "credential_id", "at"),
        Index(
            "ix_door_event_open_alarm",
            "site_id",
            "at",
            postgresql_where=text("kind <> 'check' AND acknowledged_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"))
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    kind: Mapped[str] = mapped_column(Text)
    credential_id: Mapped[UUID | None] = mapped_column(info=personal("door_event"))
    denial: Mapped[str | None] = mapped_column(Text)
    """None for an admitted check, and for alarms."""
    occurred_at: Mapped[datetime]
    at: Mapped[datetime] = mapped_column(index=True)
    """When we heard of it."""
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
