"""The staff of one site, read once and changed together: for an import. Nothing is flushed here."""

from uuid import UUID

from backend.features.employees import service, store
from backend.features.employees.model import Certificate, Employee, EmployeeFields, Vetting
from backend.features.employees.tables import EmployeeRow
from backend.features.people.model import Document
from backend.features.sites.model import Site
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Work
from backend.kernel.identity import Scope


class EmployeeIntake:
    def __init__(self, work: Work, crypto: Crypto, site: Site) -> None:
        self._work, self._crypto, self._site = work, crypto, site
        within = Scope.of_sites([site.id])
        rows = store.rows_of(work.session, within)
        self._rows = {row.id: row for row in rows}
        self._files = store.files_of(work.session, within, rows)

    def find(self, wanted: EmployeeFields) -> UUID | None:
        """By document; else by name, where number or document do not tell two people of it apart."""
        return self._bearer(_document(wanted)) or self._namesake(wanted)

    def _bearer(self, document: Document | None) -> UUID | None:
        if document is None:
            return None
        return next((key for key, file in self._files.items() if _document(file.fields) == document), None)

    def _namesake(self, wanted: EmployeeFields) -> UUID | None:
        for key, file in self._files.items():
            documents = (_document(file.fields), _document(wanted))
            phones = (file.fields.phone, wanted.phone)
            apart = None not in documents or (None not in phones and phones[0] != phones[1])
            if file.fields.name == wanted.name and not apart:
                return key
        return None

    def fields_of(self, employee_id: UUID) -> EmployeeFields:
        return self._files[employee_id].fields

    def add(self, fields: EmployeeFields) -> UUID:
        row = service.employee_row(self._work, self._crypto, self._site, fields)
        self._work.session.add(row)
        self._keep(row, Employee(fields))
        return row.id

    def _keep(self, row: EmployeeRow, file: Employee) -> None:
        self._rows[row.id], self._files[row.id] = row, file

    def change(self, employee_id: UUID, fields: EmployeeFields) -> bool:
        """False when that is what stands there."""
        file = self._files[employee_id]
        if file.fields == fields:
            return False
        service.fill(self._crypto, self._rows[employee_id], fields)
        self._files[employee_id] = Employee(fields, file.certificates, file.vettings, file.trainings)
        return True

    def add_certificate(self, employee_id: UUID, paper: Certificate) -> bool:
        """False when it is known; a later end of the same certificate is another one that was not known."""
        file = self._files[employee_id]
        if any((known.kind, known.number) == (paper.kind, paper.number) for known in file.certificates):
            return False
        self._work.session.add(service.certificate_row(self._crypto, self._rows[employee_id], paper))
        papers = (*file.certificates, paper)
        self._files[employee_id] = Employee(file.fields, papers, file.vettings, file.trainings)
        return True

    def add_vetting(self, employee_id: UUID, vetting: Vetting) -> bool:
        """False when it is known."""
        file = self._files[employee_id]
        if any((known.done_on, known.checked_by) == (vetting.done_on, vetting.checked_by) for known in file.vettings):
            return False
        self._work.session.add(service.vetting_row(self._rows[employee_id], vetting))
        self._files[employee_id] = Employee(file.fields, file.certificates, (*file.vettings, vetting), file.trainings)
        return True


def _document(fields: EmployeeFields) -> Document | None:
    kind, number = fields.document_kind, fields.document_number
    return None if kind is None or number is None else Document(kind, number)
