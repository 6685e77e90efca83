from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, case, func, select, update
from sqlalchemy.orm import Session

from backend.features.credentials.model import (
    Assurance,
    Credential,
    CredentialId,
    CredentialKind,
    CredentialState,
    Denial,
    DoorAlarm,
    Holder,
    Reason,
)
from backend.features.credentials.tables import CredentialRow, DoorEventRow
from backend.kernel.identity import Scope
from backend.kernel.ids import EmployeeId, PersonId, SiteId


def find_row(session: Session, within: Scope, credential_id: UUID) -> CredentialRow | None:
    """Locked, for who is about to change it."""
    return session.scalar(_mine(within).where(CredentialRow.id == credential_id).with_for_update())


def find_by_number(session: Session, within: Scope, number_hash: bytes) -> CredentialRow | None:
    """The card with this number that is in force, else the one that was last; locked until the check is decided."""
    in_force = case((CredentialRow.state == CredentialState.ISSUED.value, 0), else_=1)
    found = _mine(within).where(CredentialRow.number_hash == number_hash)
    latest = found.order_by(in_force, CredentialRow.changed_at.desc(), CredentialRow.id.desc()).limit(1)
    return session.scalar(latest.with_for_update())


def cards_in_force(session: Session, within: Scope) -> list[CredentialRow]:
    """With their numbers, which are sealed in the table."""
    issued = (CredentialRow.kind == CredentialKind.CARD.value, CredentialRow.state == CredentialState.ISSUED.value)
    return list(session.scalars(_mine(within).where(*issued).order_by(CredentialRow.id)))


def find_pin(session: Session, within: Scope, holder: Holder) -> CredentialRow | None:
    """The holder's PIN in force, locked."""
    pin = (CredentialRow.kind == CredentialKind.PIN.value, CredentialRow.state == CredentialState.ISSUED.value)
    return session.scalar(_held(within, [holder]).where(*pin).with_for_update())


def rows_in_use(session: Session, within: Scope, holder: Holder) -> list[CredentialRow]:
    """What the holder has that is not over, locked."""
    over = (CredentialState.RETURNED.value, CredentialState.REVOKED.value)
    open_ones = _held(within, [holder]).where(CredentialRow.state.not_in(over)).order_by(CredentialRow.id)
    return list(session.scalars(open_ones.with_for_update()))


def list_held(session: Session, within: Scope, holders: Sequence[Holder]) -> list[Credential]:
    """Newest first, ended ones included."""
    return [credential_of(row) for row in session.scalars(_held(within, holders).order_by(CredentialRow.id.desc()))]


def _held(within: Scope, holders: Sequence[Holder]) -> Select[tuple[CredentialRow]]:
    persons = [holder.person_id for holder in holders if holder.person_id is not None]
    employees = [holder.employee_id for holder in holders if holder.employee_id is not None]
    return _mine(within).where(CredentialRow.person_id.in_(persons) | CredentialRow.employee_id.in_(employees))


def _mine(within: Scope) -> Select[tuple[CredentialRow]]:
    return select(CredentialRow).where(CredentialRow.site_id.in_(within.sites))


def holder_of(row: CredentialRow) -> Holder:
    return Holder(
        None if row.person_id is None else PersonId(row.person_id),
        None if row.employee_id is None else EmployeeId(row.employee_id),
    )


def credential_of(row: CredentialRow) -> Credential:
    return Credential(
        CredentialId(row.id),
        SiteId(row.site_id),
        CredentialKind(row.kind),
        holder_of(row),
        row.tail,
        Assurance(row.assurance),
        CredentialState(row.state),
        None if row.reason is None else Reason(row.reason),
        row.issued_at,
        row.changed_at,
    )


def wrong_pins_since(session: Session, within: Scope, credential_id: UUID, since: datetime) -> int:
    wrong = select(func.count()).where(
        DoorEventRow.site_id.in_(within.sites),
        DoorEventRow.credential_id == credential_id,
        DoorEventRow.at > since,
        DoorEventRow.denial == Denial.PIN_WRONG.value,
    )
    return session.scalars(wrong).one()


def acknowledge_alarm(session: Session, within: Scope, event_id: UUID, staff_id: UUID | None, now: datetime) -> bool:
    """False where somebody else was first; see `find_alarm_site`."""
    mine = update(DoorEventRow).where(
        DoorEventRow.id == event_id, DoorEventRow.site_id.in_(within.sites), DoorEventRow.acknowledged_at.is_(None)
    )
    done = session.execute(mine.values(acknowledged_at=now, acknowledged_by=staff_id))
    return bool(done.rowcount)  # type: ignore[attr-defined]


def find_alarm_site(session: Session, within: Scope, event_id: UUID) -> SiteId | None:
    kinds = [kind.value for kind in DoorAlarm]
    mine = select(DoorEventRow.site_id).where(
        DoorEventRow.id == event_id, DoorEventRow.site_id.in_(within.sites), DoorEventRow.kind.in_(kinds)
    )
    found = session.scalar(mine)
    return None if found is None else SiteId(found)
