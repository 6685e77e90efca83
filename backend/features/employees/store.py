from collections.abc import Iterable
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backend.features.employees.model import (
    Certificate,
    CertificateKind,
    Duty,
    Employee,
    EmployeeFields,
    Training,
    Vetting,
)
from backend.features.employees.tables import (
    EmployeeCertificateRow,
    EmployeeRow,
    EmployeeTrainingRow,
    EmployeeVettingRow,
)
from backend.kernel.identity import Scope
from backend.kernel.identity_numbers import DocumentKind

Paper = TypeVar("Paper", EmployeeCertificateRow, EmployeeVettingRow, EmployeeTrainingRow)


def find_row(session: Session, within: Scope, employee_id: UUID) -> EmployeeRow | None:
    """Locked, for who is about to change it or what hangs on it."""
    mine = select(EmployeeRow).where(EmployeeRow.id == employee_id, EmployeeRow.site_id.in_(within.sites))
    return session.scalar(mine.with_for_update())


def rows_of(session: Session, within: Scope) -> list[EmployeeRow]:
    """All of them, locked: for an import, which compares with everybody."""
    mine = select(EmployeeRow).where(EmployeeRow.site_id.in_(within.sites)).order_by(EmployeeRow.id)
    return list(session.scalars(mine.with_for_update()))


def files_of(session: Session, within: Scope, rows: Iterable[EmployeeRow]) -> dict[UUID, Employee]:
    """The whole files of these members of staff, in three queries."""
    by_id = {row.id: row for row in rows}
    certificates = _grouped(session, EmployeeCertificateRow, within, by_id)
    vettings = _grouped(session, EmployeeVettingRow, within, by_id)
    trainings = _grouped(session, EmployeeTrainingRow, within, by_id)
    return {
        key: Employee(
            fields_of(row),
            tuple(_certificate(one) for one in certificates.get(key, ())),
            tuple(Vetting(one.done_on, one.passed, one.checked_by) for one in vettings.get(key, ())),
            tuple(Training(one.topic, one.held_on, one.hours) for one in trainings.get(key, ())),
        )
        for key, row in by_id.items()
    }


def _grouped(session: Session, row: type[Paper], within: Scope, employees: Iterable[UUID]) -> dict[UUID, list[Paper]]:
    wanted = select(row).where(row.employee_id.in_(list(employees)), row.site_id.in_(within.sites)).order_by(row.id)
    found: dict[UUID, list[Paper]] = {}
    for one in session.scalars(wanted):
        found.setdefault(one.employee_id, []).append(one)
    return found


def fields_of(row: EmployeeRow) -> EmployeeFields:
    kind = None if row.document_kind is None else DocumentKind(row.document_kind)
    return EmployeeFields(
        row.name,
        Duty(row.duty),
        row.phone,
        kind,
        row.document_number,
        row.employer,
        row.joined_on,
        row.left_on,
    )


def _certificate(row: EmployeeCertificateRow) -> Certificate:
    return Certificate(CertificateKind(row.kind), row.number, row.issuer, row.valid_until_on)


def duties_on(session: Session, within: Scope, day: date) -> dict[UUID, Duty]:
    query = select(EmployeeRow.id, EmployeeRow.duty).where(
        EmployeeRow.site_id.in_(within.sites),
        or_(EmployeeRow.joined_on.is_(None), EmployeeRow.joined_on <= day),
        or_(EmployeeRow.left_on.is_(None), EmployeeRow.left_on > day),
    )
    return {row_id: Duty(duty) for row_id, duty in session.execute(query)}
