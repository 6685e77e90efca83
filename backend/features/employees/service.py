"""The register of those who work at a site: guards, property and school staff, with their papers."""

from datetime import date
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.features.employees import rules, store
from backend.features.employees.errors import CertificateTaken, EmployeeTaken
from backend.features.employees.model import Certificate, Duty, Employee, EmployeeFields, Training, Vetting
from backend.features.employees.tables import (
    EmployeeCertificateRow,
    EmployeeRow,
    EmployeeTrainingRow,
    EmployeeVettingRow,
)
from backend.features.people import service as people
from backend.features.people.model import Document
from backend.features.sites.model import Site
from backend.infrastructure import blind_index
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.inserting import add_if_absent
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import EmployeeId, SiteId, uuid7

CERTIFICATE_CONTEXT = "certificate"

lacks_of = rules.lacks_of


def add_employee(work: Work, crypto: Crypto, site: Site, fields: EmployeeFields) -> EmployeeId:
    """Raises EmployeeTaken."""
    row = employee_row(work, crypto, site, fields)
    if not add_if_absent(work.session, row):
        raise EmployeeTaken
    work.record("employee.added", Subject("employee", row.id), tenant_id=site.tenant_id)
    return EmployeeId(row.id)


def employee_row(work: Work, crypto: Crypto, site: Site, fields: EmployeeFields) -> EmployeeRow:
    row = EmployeeRow(id=uuid7(), tenant_id=site.tenant_id, site_id=site.id, created_at=work.now)
    fill(crypto, row, fields)
    return row


def fill(crypto: Crypto, row: EmployeeRow, fields: EmployeeFields) -> None:
    """Values and the keys by which they are found, always together."""
    row.name, row.phone, row.duty, row.employer = fields.name, fields.phone, fields.duty.value, fields.employer
    row.joined_on, row.left_on = fields.joined_on, fields.left_on
    row.phone_hash = None if fields.phone is None else people.phone_hash(crypto, fields.phone)
    row.document_kind = None if fields.document_kind is None else fields.document_kind.value
    row.document_number = fields.document_number
    row.document_hash = document_hash(crypto, fields)
    row.search_tokens = blind_index.tokens_of(crypto, row.site_id, fields.name, fields.phone)


def document_hash(crypto: Crypto, fields: EmployeeFields) -> bytes | None:
    if fields.document_kind is None or fields.document_number is None:
        return None
    return people.document_hash(crypto, Document(fields.document_kind, fields.document_number))


def edit_employee(work: Work, crypto: Crypto, within: Scope, employee_id: UUID, fields: EmployeeFields) -> None:
    """The fields as they shall stand. Raises NotFound, EmployeeTaken."""
    row = _row(work.session, within, employee_id)
    fill(crypto, row, fields)
    try:
        with work.session.begin_nested():
            work.session.flush()
    except IntegrityError:
        raise EmployeeTaken from None
    work.record("employee.changed", Subject("employee", row.id))


def get_employee(session: Session, within: Scope, employee_id: UUID) -> Employee:
    """The whole file. Raises NotFound."""
    row = _row(session, within, employee_id)
    return store.files_of(session, within, [row])[row.id]


def site_of(session: Session, within: Scope, employee_id: UUID) -> SiteId:
    """Where they work. Raises NotFound."""
    return SiteId(_row(session, within, employee_id).site_id)


def duties_on(session: Session, within: Scope, day: date) -> dict[UUID, Duty]:
    """Who works here on this day, and as what."""
    return store.duties_on(session, within, day)


def _row(session: Session, within: Scope, employee_id: UUID) -> EmployeeRow:
    row = store.find_row(session, within, employee_id)
    if row is None:
        raise NotFound
    return row


def add_certificate(work: Work, crypto: Crypto, within: Scope, employee_id: UUID, paper: Certificate) -> None:
    """Raises NotFound, CertificateTaken."""
    employee = _row(work.session, within, employee_id)
    if not add_if_absent(work.session, certificate_row(crypto, employee, paper)):
        raise CertificateTaken
    work.record("employee.certificate_added", Subject("employee", employee.id), kind=paper.kind.value)


def certificate_row(crypto: Crypto, employee: EmployeeRow, paper: Certificate) -> EmployeeCertificateRow:
    return EmployeeCertificateRow(
        id=uuid7(),
        site_id=employee.site_id,
        employee_id=employee.id,
        kind=paper.kind.value,
        number=paper.number,
        number_hash=crypto.look_up_hash(paper.number, CERTIFICATE_CONTEXT),
        issuer=paper.issuer,
        valid_until_on=paper.valid_until_on,
    )


def add_vetting(work: Work, within: Scope, employee_id: UUID, vetting: Vetting) -> None:
    """Says again what is known already at no harm. Raises NotFound."""
    employee = _row(work.session, within, employee_id)
    if add_if_absent(work.session, vetting_row(employee, vetting)):
        work.record("employee.vetted", Subject("employee", employee.id))


def vetting_row(employee: EmployeeRow, vetting: Vetting) -> EmployeeVettingRow:
    return EmployeeVettingRow(
        id=uuid7(),
        site_id=employee.site_id,
        employee_id=employee.id,
        done_on=vetting.done_on,
        passed=vetting.passed,
        checked_by=vetting.checked_by,
    )


def add_training(work: Work, within: Scope, employee_id: UUID, training: Training) -> None:
    """Raises NotFound."""
    employee = _row(work.session, within, employee_id)
    work.session.add(
        EmployeeTrainingRow(
            id=uuid7(),
            site_id=employee.site_id,
            employee_id=employee.id,
            topic=training.topic,
            held_on=training.held_on,
            hours=training.hours,
        )
    )
    work.record("employee.trained", Subject("employee", employee.id))
